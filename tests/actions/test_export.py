"""Exports are refused before anything is started, and what is quick is done at once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from workbench.actions.export import export_ollama, export_serve, start_gguf
from workbench.configs.provenance import Provenance, write_provenance
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


@pytest.mark.parametrize("kind", ["gemma2", "phi3", "mixtral"])
def test_a_model_that_no_gguf_file_holds_starts_no_job(project: Path, kind: str) -> None:
    (project / "model").mkdir()
    (project / "model" / "config.json").write_text(f'{{"model_type": "{kind}"}}')
    with pytest.raises(WorkbenchError, match=f"of the type {kind}"):
        start_gguf("model", project=project)
    with pytest.raises(WorkbenchError, match="no prompt template nosuch"):
        start_gguf("sample:model", project=project, template="nosuch")
    assert not (project / "work_dirs").exists()


def test_without_its_library_no_job_starts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(WorkbenchError, match="not installed") as caught:
        start_gguf("sample:model", project=project)
    assert "workbench[export]" in str(caught.value.fix)
    assert not (project / "work_dirs").exists()


def test_a_modelfile_names_a_file_that_is_there(project: Path) -> None:
    with pytest.raises(WorkbenchError, match="not there") as caught:
        export_ollama("sample:model")
    assert "workbench export gguf sample:model model-f16.gguf" in str(caught.value.fix)
    (project / "model-f16.gguf").write_bytes(b"something else")
    with pytest.raises(WorkbenchError, match="no GGUF file"):
        export_ollama("sample:model")
    (project / "model-f16.gguf").write_bytes(b"GGUF")
    path, notes = export_ollama("sample:model", Path("new"))
    assert (path, notes) == (Path("new/Modelfile"), [])
    assert path.read_text().startswith(f"FROM {project / 'model-f16.gguf'}\n")
    with pytest.raises(WorkbenchError, match="exists"):
        export_ollama("sample:model", Path("new"))
    with pytest.raises(WorkbenchError, match="cannot be written"):
        export_ollama("sample:model", Path("model-f16.gguf"))


def test_files_that_launch_lines_name_are_written(project: Path) -> None:
    launch = export_serve("sample:model", engine="vllm", adapters=[], project=project, template="llama3_chat")
    assert (project / "model.jinja").read_text() == launch.files["model.jinja"]
    assert "--chat-template model.jinja" in launch.lines[0]


def test_an_adapter_is_served_with_the_template_that_it_was_trained_with(project: Path) -> None:
    adapter = project / "mine"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text('{"r": 8, "target_modules": ["wqkv"]}')
    write_provenance(adapter, Provenance(prompt_template="llama3_chat"))
    launch = export_serve("sample:model", engine="vllm", adapters=[adapter], project=project)
    assert "<|start_header_id|>" in launch.files["model.jinja"]
    asked = export_serve("sample:model", engine="vllm", adapters=[adapter], project=project, template="internlm2_chat")
    assert asked.files == {}


def test_files_beside_launch_lines_are_refused_where_nothing_can_be_written(project: Path) -> None:
    (project / "file").touch()
    with pytest.raises(WorkbenchError, match="cannot be written"):
        export_serve("sample:model", engine="vllm", adapters=[], project=project / "file", template="llama3_chat")


def test_a_llava_model_is_no_model_of_text(project: Path) -> None:
    (project / "llava").mkdir()
    (project / "llava" / "config.json").write_text('{"model_type": "llava", "text_config": {"model_type": "llama"}}')
    (project / "llava.gguf").write_bytes(b"GGUF")
    with pytest.raises(WorkbenchError, match="of the type llava"):
        start_gguf("llava", project=project)
    with pytest.raises(WorkbenchError, match="of the type llava"):
        export_ollama("llava", gguf=project / "llava.gguf")
    for engine in ("llama.cpp", "ollama"):
        with pytest.raises(WorkbenchError, match="of the type llava"):
            export_serve("llava", engine=engine, adapters=[], project=project)
    assert not (project / "work_dirs").exists()


def test_parts_of_a_llava_model_are_merged_before(project: Path) -> None:
    (project / "parts" / "projector").mkdir(parents=True)
    (project / "parts" / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(WorkbenchError, match="parts of a LLaVA model") as caught:
        start_gguf("parts", project=project)
    assert caught.value.fix == "Merge it first: workbench merge auto parts parts-merged"


def test_the_layout_of_the_llava_project_is_for_its_own_package(project: Path) -> None:
    (project / "official").mkdir()
    config = '{"model_type": "llava", "architectures": ["LlavaLlamaForCausalLM"]}'
    (project / "official" / "config.json").write_text(config)
    with pytest.raises(WorkbenchError, match="LLaVA project"):
        export_serve("official", engine="vllm", adapters=[], project=project)
