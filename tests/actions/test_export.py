"""Exports are refused before anything is started, and what is quick is done at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.actions.export import export_ollama, export_serve, start_gguf
from workbench.errors import WorkbenchError
from workbench.paths import resolve_model


def test_a_gguf_file_goes_into_the_project(project: Path) -> None:
    record = start_gguf("sample:model", project=project, kind="q8_0").record
    assert (record.kind, record.name) == ("export", "export-model-q8_0")
    assert record.arguments == {
        "folder": resolve_model("sample:model"),
        "target": str(project / "model-q8_0.gguf"),
        "type": "q8_0",
        "template": None,
        "overwrite": False,
    }


def test_a_file_that_is_there_starts_no_job(project: Path) -> None:
    (project / "model-f16.gguf").touch()
    with pytest.raises(WorkbenchError, match="exists"):
        start_gguf("sample:model", project=project)
    assert not (project / "work_dirs").exists()


def test_a_k_quant_without_its_program_starts_no_job(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(WorkbenchError, match="llama-quantize") as caught:
        start_gguf("sample:model", project=project, kind="q4_k_m")
    assert "q8_0" in str(caught.value.fix)
    assert not (project / "work_dirs").exists()


def test_a_modelfile_names_a_file_that_is_there(project: Path) -> None:
    with pytest.raises(WorkbenchError, match="not there") as caught:
        export_ollama("sample:model")
    assert "workbench export gguf sample:model model-f16.gguf" in str(caught.value.fix)
    (project / "model-f16.gguf").touch()
    path, notes = export_ollama("sample:model", Path("new"))
    assert (path, notes) == (Path("new/Modelfile"), [])
    assert path.read_text().startswith(f"FROM {project / 'model-f16.gguf'}\n")
    with pytest.raises(WorkbenchError, match="exists"):
        export_ollama("sample:model", Path("new"))


def test_files_that_launch_lines_name_are_written(project: Path) -> None:
    launch = export_serve("sample:model", engine="vllm", adapters=[], project=project, template="llama3_chat")
    assert (project / "model.jinja").read_text() == launch.files["model.jinja"]
    assert "--chat-template model.jinja" in launch.lines[0]
