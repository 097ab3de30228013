"""The queue from the command line: listed, reordered, held back, let go, left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.run_command import workbench
from tests.jobs.running import WAIT, python
from workbench.jobs.folder import DeviceWish, JobFolder
from workbench.jobs.launch import Turn, start_job
from workbench.jobs.state import JobState, state_of
from workbench.jobs.stop import stop_now


def test_the_queue_is_seen_and_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_STATE_DIR", str(tmp_path / "state"))

    def start(name: str) -> JobFolder:
        wait = WAIT.replace("60", "600")
        turn = Turn(DeviceWish(among=["cpu"], count=1), waits=True)
        return start_job("train", name, python(wait), project=tmp_path, turn=turn)

    has, one, two = start("has"), start("one"), start("two")
    try:
        assert workbench("queue", "move", "2", "up", cwd=tmp_path).stdout == f"{two.id}: place 1\n"
        assert workbench("pause", "1", cwd=tmp_path).stdout.startswith(f"{two.id} is paused.")
        assert state_of(two) is JobState.PAUSED
        rows = json.loads(workbench("queue", "--json", cwd=tmp_path).stdout)
        assert [(row["job"], row["place"], row["waits_for"]) for row in rows] == [
            (has.id, None, []),
            (two.id, 1, []),
            (one.id, 2, [has.id]),
        ]
        assert "◌ waiting" in workbench("queue", cwd=tmp_path).stdout
        assert workbench("unpause", two.id, cwd=tmp_path).stdout == f"{two.id}: place 1, behind {has.id}\n"
        refused = workbench("unpause", two.id, cwd=tmp_path)
        assert (refused.returncode, refused.stderr) == (1, f"Error: The job {two.id} is not paused: waiting.\n")
        left = workbench("cancel", one.id, cwd=tmp_path)
        assert (left.returncode, left.stderr) == (0, f"{one.id} was asked to leave the queue.\n")
        assert state_of(one) is JobState.STOPPED
    finally:
        for job in (two, one, has):
            stop_now(job, grace_s=1)


def test_a_sweep_that_cannot_be_is_told(tmp_path: Path) -> None:
    refused = workbench("sweep", "workbench_sample_lora_identity_e2", "--set", "lr=1e-4", cwd=tmp_path)
    assert refused.returncode == 1
    assert "here is only one" in refused.stderr
    refused = workbench("sweep", "show", cwd=tmp_path)
    assert "There is no sweep in this project yet" in refused.stderr
