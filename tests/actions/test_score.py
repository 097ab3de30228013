"""What is refused before a reward model is loaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.actions.score import start_score
from workbench.errors import WorkbenchError

_PAIRS = "sample:preferences.held_out.jsonl"


def _scorer(folder: Path) -> Path:
    folder.mkdir()
    settings = {"task_type": "SEQ_CLS", "base_model_name_or_path": "sample:model"}
    (folder / "adapter_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"model": "sample:model"}, "give no scores"),
        ({"model": "./nothing"}, "no job"),
        ({"data": "nothing.jsonl"}, "does not exist"),
        ({}, "prompt template"),
        ({"output": "there.jsonl"}, "exists already"),
    ],
)
def test_what_is_wrong_is_told_before_a_job_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], problem: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.jsonl").touch()
    asked = {"model": str(_scorer(tmp_path / "adapter")), "data": _PAIRS, **changes}
    output = Path(asked.pop("output")) if "output" in asked else None

    with pytest.raises(WorkbenchError, match=problem):
        start_score(asked["model"], asked["data"], project=tmp_path, output=output)
    assert not (tmp_path / "work_dirs").exists()
