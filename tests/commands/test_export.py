"""``workbench export``, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.run_command import workbench


@pytest.mark.heavy
def test_a_model_becomes_a_gguf_file_and_a_modelfile(tmp_path: Path) -> None:
    done = workbench("export", "gguf", "sample:model", "m.gguf", "--type", "q8_0", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["gguf"] == str(tmp_path / "m.gguf")
    assert "100%" in done.stderr
    assert (tmp_path / "m.gguf").read_bytes()[:4] == b"GGUF"
    done = workbench("export", "ollama", "sample:model", "--gguf", "m.gguf", "--json", cwd=tmp_path)
    assert json.loads(done.stdout) == {
        "modelfile": "Modelfile",
        "line": "ollama create sample-model -f Modelfile",
        "notes": [],
    }


def test_launch_lines_are_printed_alone(tmp_path: Path) -> None:
    done = workbench("export", "serve", "sample:model", "--engine", "vllm", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert "--api-key" in done.stderr
