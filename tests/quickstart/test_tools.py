"""The journey of using tools in small: every stage is a real job, the training of a few steps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.commands.before_after import show_before_after
from workbench.configs import find
from workbench.configs.find import FoundConfig
from workbench.jobs.events import EventLog, Score
from workbench.jobs.folder import JobFolder, JobRecord
from workbench.jobs.tail import EventTail
from workbench.paths import resolve_model
from workbench.quickstart import tools

pytestmark = pytest.mark.heavy


def _some(name: str, folder: Path) -> str:
    """A file with a few of the rows of a sample file."""
    rows = json.loads(Path(resolve_model(name)).read_text(encoding="utf-8"))
    path = folder / name.removeprefix("sample:")
    path.write_text(json.dumps(rows[::40]), encoding="utf-8")
    return str(path)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue's config with two steps and a few questions."""
    less: dict[str, Any] = {
        "data_path": [_some("sample:tool_dialogues.json", tmp_path)],
        "max_iters": 2,
        "batch_size": 2,
        "evaluation_inputs": [],
        "evaluation_max_new_tokens": 24,
        "question_sets": {"valid_calls": _some("sample:tool_questions.json", tmp_path)},
        "retention_probes": _some("sample:retention.probes.json", tmp_path),
    }

    def found(name: str) -> FoundConfig:
        whole = find.find_config(name)
        return FoundConfig(name, whole.config.model_copy(update=less), None)

    monkeypatch.setattr(tools, "find_config", found)
    monkeypatch.setattr(tools, "SMALL_TALK_QUESTIONS", _some("sample:tool_small_talk.json", tmp_path))


def test_the_training_becomes_a_model_that_is_asked_beside_the_base(
    small: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "work_dirs" / "quickstart" / "20260101_000000"
    folder.mkdir(parents=True)
    job = JobFolder(folder)
    job.write_record(JobRecord(kind="quickstart", name="quickstart", command=[], project=str(tmp_path)))
    events = EventLog(job.path)
    finished = tools.ToolsJourney(job, events).run()
    made = finished.results
    assert not finished.stopped
    assert (made["valid_calls_before"], made["retention_before"]) == (0.0, 1.0)
    assert {"valid_calls_after", "retention_after", "small_talk_before", "small_talk_after", "seconds"} <= set(made)
    assert (Path(str(made["adapter"])) / "adapter_config.json").is_file()
    assert json.loads((Path(str(made["merged"])) / "config.json").read_text())["model_type"] == "internlm2"
    scored = {event.target for event in EventTail(job.events_path).rest() if isinstance(event, Score)}
    assert {"base", "before", "after"} <= scored

    show_before_after(made)
    said = capsys.readouterr().out
    assert json.loads((tmp_path / "tool_questions.json").read_text(encoding="utf-8"))[0]["question"] in said
    assert "--agent react --agent-text sample:tool_protocol.txt" in said
