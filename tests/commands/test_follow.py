"""Following real jobs: they end well, badly, or go on without us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.jobs.recorded import ended_process, recorded
from workbench.commands.follow import follow
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import start_job
from workbench.jobs.state import JobState, state_of
from workbench.jobs.stop import stop_now

WORKER = """
import sys, time
from pathlib import Path
from workbench.errors import WorkbenchError
from workbench.jobs.events import EventLog, Finished, Sample
from workbench.jobs.worker import run_worker

def work(job, events):
    events.write(Sample(iter=0, prompt="who", output="me"))
    if sys.argv[2] == "fail":
        raise WorkbenchError("the data is empty", where="d.json:1", fix="add rows")
    if sys.argv[2] == "crash":
        print("last words", file=sys.stderr)
        sys.exit(7)
    if sys.argv[2] == "wait":
        time.sleep(60)
    return Finished(results={"rows": 3.0})

sys.exit(run_worker(Path(sys.argv[1]), work))
"""


def start(tmp_path: Path, behaviour: str) -> JobFolder:
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    return start_job("test", "quick", [sys.executable, str(script), "{job}", behaviour], project=tmp_path)


def test_a_job_that_finishes_is_shown_to_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert follow(start(tmp_path, "finish")) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Sample output at iteration 0:",
        "  > who",
        "  me",
        "Finished.",
        "  rows: 3.0",
    ]


def test_a_mistake_is_shown_with_its_remedy_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert follow(start(tmp_path, "fail"), to_stderr=True) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Failed: d.json:1: the data is empty\n  → add rows\n" in captured.err
    assert "log.txt" in captured.err


def test_a_training_that_was_killed_is_shown_with_the_command_that_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = recorded(tmp_path, process=ended_process())
    (job.checkpoints_path / "checkpoint-4").mkdir(parents=True)
    assert follow(job) == 1
    assert f"last checkpoint: workbench train {job.config_path} --resume {job.path}" in capsys.readouterr().out


def test_a_job_that_dies_without_a_word_shows_the_end_of_its_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert follow(start(tmp_path, "crash")) == 7
    assert "last words" in capsys.readouterr().out


def test_only_what_is_new_is_shown_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = start(tmp_path, "finish")
    follow(job)
    capsys.readouterr()
    assert follow(job, since=time.time()) == 0
    assert capsys.readouterr().out == ""
    assert follow(job, only_recent=True) == 0
    assert "Finished." in capsys.readouterr().out


def _as_on_a_terminal() -> None:
    """Programs that a shell starts in the background ignore ctrl-c, and so would what they start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_leaves_the_job_running_and_says_how_to_come_back(tmp_path: Path) -> None:
    job = start(tmp_path, "wait")
    code = f"import sys; from pathlib import Path; from workbench.jobs.folder import JobFolder; from workbench.commands.follow import follow; sys.exit(follow(JobFolder(Path({str(job.path)!r}))))"
    watcher = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"WORKBENCH_LANG": "en", "PYTHONUNBUFFERED": "1"},
        preexec_fn=_as_on_a_terminal,
    )
    assert watcher.stdout is not None
    assert "iteration 0" in watcher.stdout.readline()
    watcher.send_signal(signal.SIGINT)
    rest, _ = watcher.communicate(timeout=20)
    try:
        assert watcher.returncode == 0
        assert f"workbench attach {job.id}" in rest
        assert f"workbench cancel {job.id}" in rest
        assert state_of(job) is JobState.RUNNING
    finally:
        stop_now(job, grace_s=2)
