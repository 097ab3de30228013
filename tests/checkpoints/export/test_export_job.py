"""The export job ends when it is asked to, and leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checkpoints.export.conftest import SAMPLE
from tests.jobs.recorded import recorded
from workbench.checkpoints.export.export_job import work
from workbench.jobs.events import EventLog

pytestmark = pytest.mark.heavy


def test_a_stopped_export_leaves_nothing(tmp_path: Path) -> None:
    job = recorded(tmp_path, kind="export")
    target = tmp_path / "out" / "m.gguf"
    arguments = {"folder": str(SAMPLE), "target": str(target), "type": "f16"}
    job.write_record(job.record.model_copy(update={"arguments": arguments}))
    job.stop_path.touch()
    finished = work(job, EventLog(job.path))
    assert (finished.stopped, finished.results) == (True, {})
    assert list(target.parent.iterdir()) == []
