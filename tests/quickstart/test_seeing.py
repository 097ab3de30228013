"""The journey of seeing in small: every stage is a real job, each of a few steps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.configs import find
from workbench.configs.find import FoundConfig
from workbench.jobs.events import EventLog, Score
from workbench.jobs.folder import JobFolder, JobRecord
from workbench.jobs.tail import EventTail
from workbench.paths import resolve_model, shipped
from workbench.quickstart import seeing

pytestmark = pytest.mark.heavy
_QUESTIONS = 4


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue's configs with two steps each and a few questions."""
    sample = shipped("sample_data")
    probes = json.loads((sample / "llava_questions.json").read_text(encoding="utf-8"))[:_QUESTIONS]
    for probe in probes:
        probe["image"] = Path(probe["image"]).name
        (tmp_path / probe["image"]).write_bytes((sample / "pictures" / "held_out" / probe["image"]).read_bytes())
    (tmp_path / "some.json").write_text(json.dumps(probes), encoding="utf-8")
    kept = json.loads(Path(resolve_model("sample:retention.probes.json")).read_text(encoding="utf-8"))[:_QUESTIONS]
    (tmp_path / "kept.json").write_text(json.dumps(kept), encoding="utf-8")
    less: dict[str, Any] = {
        "max_iters": 2,
        "max_dataset_length": 32,
        "evaluation_inputs": [],
        "image_probes": str(tmp_path / "some.json"),
        "retention_probes": str(tmp_path / "kept.json"),
    }

    def found(name: str) -> FoundConfig:
        whole = find.find_config(name)
        return FoundConfig(name, whole.config.model_copy(update=less), None)

    monkeypatch.setattr(seeing, "find_config", found)


def test_both_stages_become_one_model_that_is_asked(small: None, tmp_path: Path) -> None:
    folder = tmp_path / "work_dirs" / "quickstart" / "20260101_000000"
    folder.mkdir(parents=True)
    job = JobFolder(folder)
    job.write_record(JobRecord(kind="quickstart", name="quickstart", command=[], project=str(tmp_path)))
    events = EventLog(job.path)
    finished = seeing.SeeingJourney(job, events).run()
    made = finished.results
    assert not finished.stopped
    assert {f"{name}_{when}" for name in ("seeing", "retention") for when in ("before", "after")} <= set(made)
    assert made["retention_before"] == 1.0
    assert (Path(str(made["llava"])) / "llm_adapter").is_dir()
    assert json.loads((Path(str(made["merged"])) / "config.json").read_text())["model_type"] == "llava"
    assert seeing.SECOND_STAGE in str(made["checkpoint"])
    scored = {event.target for event in EventTail(job.events_path).rest() if isinstance(event, Score)}
    assert {"before", "after"} <= scored
