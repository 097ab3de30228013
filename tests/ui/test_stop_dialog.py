"""How to stop a job is asked in words that fit its kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.driving import running, screen_text, see, wait_until
from workbench.jobs.folder import JobFolder, JobRecord
from workbench.jobs.state import JobState
from workbench.ui.job_watch import JobWatch
from workbench.ui.screens.stop_dialog import NOW, SAVE, stop_dialog


@pytest.mark.parametrize(
    ("kind", "state", "seen", "values"),
    [
        ("train", JobState.RUNNING, "write a checkpoint", [SAVE, NOW]),
        ("serve-api", JobState.RUNNING, "First it is asked to end.", [SAVE, NOW]),
        ("serve-api", JobState.STOPPING, "It was asked to end.", [NOW]),
    ],
)
async def test_only_trainings_speak_of_checkpoints(
    tmp_path: Path, kind: str, state: JobState, seen: str, values: list[str]
) -> None:
    folder = tmp_path / "work_dirs" / "a" / "20260101_000000"
    folder.mkdir(parents=True)
    job = JobFolder(folder)
    job.write_record(JobRecord(kind=kind, name="a", command=[], project=str(tmp_path)))
    watch = JobWatch.open(job)
    watch.state = state
    taken: list[str | None] = []
    async with running(tmp_path) as pilot:
        pilot.app.push_screen(stop_dialog(watch), taken.append)
        await see(pilot, "Stop a/20260101_000000?", seen)
        assert ("checkpoint" in screen_text(pilot)) == (kind == "train")
        await pilot.press("end", "enter")
        await wait_until(pilot, lambda: taken)
    assert taken == values[-1:]
