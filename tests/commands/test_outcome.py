"""What a command says, and leaves behind, when the job that it started did not work out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import typer

from workbench.commands import outcome
from workbench.commands.outcome import follow_to_result
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import start_job
from workbench.jobs.stop import stop_now

WORKER = """
import os, signal, sys, time
from pathlib import Path
from workbench.errors import WorkbenchError
from workbench.jobs.events import Finished, Progress
from workbench.jobs.worker import run_worker

def work(job, events):
    if sys.argv[2] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if sys.argv[2] == "crashed":
        raise ZeroDivisionError
    if sys.argv[2] == "waits":
        time.sleep(60)
    if sys.argv[2] == "stopped":
        return Finished(results={"merged": "a/part"}, stopped=True)
    if sys.argv[2] == "failed late":
        events.write(Progress(stage="merging", done=1, total=2))
    raise WorkbenchError("the adapter is another's", fix="name its base")

sys.exit(run_worker(Path(sys.argv[1]), work))
"""


def ended(tmp_path: Path, behaviour: str, *, goes_on: bool = True) -> JobFolder:
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    job = start_job("merge", "quick", [sys.executable, str(script), "{job}", behaviour], project=tmp_path)
    with pytest.raises(typer.Exit) as caught:
        follow_to_result(job, "merged", as_json=False, goes_on=goes_on)
    assert caught.value.exit_code != 0
    return job


def test_who_was_killed_is_told_to_try_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = ended(tmp_path, "killed")
    assert "The same command goes on where it was" in capsys.readouterr().out
    assert job.path.is_dir()


def test_what_was_stopped_is_not_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended(tmp_path, "stopped")
    told = capsys.readouterr().out
    assert "Stopped as asked." in told
    assert "The same command goes on where it was" in told
    assert "Result: a/part" in told


def test_who_has_seen_enough_is_shown_no_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    job = start_job("merge", "quick", [sys.executable, str(script), "{job}", "waits"], project=tmp_path)
    monkeypatch.setattr(outcome, "follow", lambda *_args, **_more: 0)  # as after ctrl+c
    try:
        with pytest.raises(typer.Exit) as caught:
            follow_to_result(job, "merged", as_json=True, more=lambda _job: {"rows": []}, goes_on=True)
    finally:
        stop_now(job, grace_s=2)
    assert caught.value.exit_code == 130
    assert capsys.readouterr().out == ""


def test_a_refusal_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = ended(tmp_path, "refused")
    assert capsys.readouterr().out == "Failed: the adapter is another's\n  → name its base\n"
    assert not job.path.parent.exists()


@pytest.mark.parametrize(("behaviour", "goes_on"), [("crashed", True), ("failed late", True), ("refused", False)])
def test_what_tells_more_stays(tmp_path: Path, behaviour: str, goes_on: bool) -> None:
    assert ended(tmp_path, behaviour, goes_on=goes_on).log_path.is_file()
