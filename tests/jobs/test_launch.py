"""A started job is on its own: nothing that happens to its starter reaches it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.jobs.conftest import Start
from tests.jobs.recorded import recorded
from tests.jobs.running import WAIT, python, wait_until
from workbench.errors import WorkbenchError
from workbench.jobs.folder import RECORD_FILE, JobFolder
from workbench.jobs.launch import restart_job, start_job
from workbench.jobs.process import session_of
from workbench.jobs.state import JobState, exit_code, state_of
from workbench.jobs.stop import stop_now, wait_until_over
from workbench.jobs.supervise import PORT

STARTER = """
import sys, time
from pathlib import Path
from workbench.jobs.launch import start_job
code = "import pathlib, sys, time\\nwhile not pathlib.Path('go').exists(): time.sleep(0.01)\\nsys.exit(7)"
job = start_job("train", "demo", [sys.executable, "-I", "-S", "-c", code], project=Path(sys.argv[1]))
print(job.path, flush=True)
time.sleep(60)
"""


def test_a_job_outlives_its_starter_and_keeps_its_exit_code(project: Path) -> None:
    """The starter's whole session is hung up and killed, as a lost SSH connection does it."""
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, str(project)], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as starter:
        assert starter.stdout is not None
        job = JobFolder(Path(starter.stdout.readline().strip()))
        for number in (signal.SIGHUP, signal.SIGKILL):
            os.killpg(starter.pid, number)
    try:
        assert state_of(job) is JobState.RUNNING
        (project / "go").touch()
        assert wait_until_over(job, 20)
        assert (exit_code(job), state_of(job)) == (7, JobState.FAILED)
    finally:
        stop_now(job, grace_s=0.5)


def test_a_job_has_a_session_of_its_own_and_no_terminal(start: Start) -> None:
    job = start(
        "import os, sys\n"
        "try: os.open('/dev/tty', os.O_RDWR)\n"
        "except OSError: print('no terminal')\n"
        "print(os.getsid(0), repr(sys.stdin.read()), flush=True)"
    )
    assert wait_until_over(job, 20)
    first, second = job.log_path.read_text().splitlines()
    session, read = second.split()
    assert first == "no terminal"
    assert read == "''"
    assert int(session) == job.record.session
    assert int(session) not in {os.getsid(0), os.getpid()}


def test_the_supervisor_signs_the_record(start: Start) -> None:
    record = start(WAIT).record
    assert record.identity is not None and record.identity.is_alive()
    assert record.pid is not None and session_of(record.pid) == record.session


def test_a_job_runs_in_the_project_with_what_it_was_given(start: Start, project: Path) -> None:
    code = "import os, sys; print(os.getcwd(), os.environ['ASKED'], '{job}', flush=True)"
    job = start(code, env={"ASKED": "yes"}, arguments={"model": "m"}, config_text="lr: 1\n")
    assert wait_until_over(job, 20)
    assert job.log_path.read_text().split() == [str(project), "yes", str(job.path)]
    assert job.record.arguments == {"model": "m"}
    assert job.config_path.read_text() == "lr: 1\n"


def test_a_command_that_does_not_exist_is_a_failed_job(project: Path) -> None:
    job = start_job("train", "demo", ["/no/such/program"], project=project)
    assert wait_until_over(job, 20)
    assert (exit_code(job), state_of(job)) == (127, JobState.FAILED)
    assert "/no/such/program" in job.log_path.read_text()


def test_several_at_work_on_different_things_stand_side_by_side(start: Start) -> None:
    first, other = (start(WAIT, kind="merge", arguments={"target": target}) for target in ("one", "other"))
    assert first.path.parent == other.path.parent
    with pytest.raises(WorkbenchError, match="already at work"):
        start(WAIT, kind="merge", arguments={"target": "one"})


def test_a_second_job_into_the_same_work_dir_is_refused(start: Start) -> None:
    job = start(WAIT)
    with pytest.raises(WorkbenchError, match=f"{job.id} is already at work") as caught:
        start(WAIT)
    assert caught.value.where == str(job.path.parent)
    assert f"workbench cancel {job.id}" in (caught.value.fix or "")
    assert [path.name for path in job.path.parent.glob(f"*/{RECORD_FILE}")] == [RECORD_FILE]


def test_a_work_dir_is_free_again_when_its_job_has_ended(start: Start) -> None:
    first = start("")
    assert wait_until_over(first, 20)
    second = start("")
    assert second.path.parent == first.path.parent
    assert second.path != first.path


def test_another_kind_of_job_may_work_beside_a_training(start: Start) -> None:
    start(WAIT)
    assert state_of(start(WAIT, kind="convert")) is JobState.RUNNING


def test_of_launches_at_the_same_moment_one_wins(start: Start) -> None:
    def attempt(_number: int) -> bool:
        try:
            start(WAIT)
        except WorkbenchError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1


def test_a_damaged_record_bars_nobody(start: Start, project: Path) -> None:
    (recorded(project).path / RECORD_FILE).write_text("kind: [")
    assert state_of(start(WAIT)) is JobState.RUNNING


def test_a_work_dir_that_cannot_be_made_is_told(project: Path) -> None:
    (project / "file").touch()
    with pytest.raises(WorkbenchError, match="cannot be written") as caught:
        start_job("train", "demo", ["true"], project=project, work_dir=project / "file" / "runs")
    assert "--work-dir" in (caught.value.fix or "")


def test_an_ended_job_goes_on_in_its_own_folder(start: Start) -> None:
    job = start("import sys; print('one', flush=True); sys.exit(3)", arguments={"a": 1})
    assert wait_until_over(job, 20)
    before = job.record
    job.stop_path.touch()
    restart_job(job, python("import time; print('two {job}', flush=True); time.sleep(60)"))
    assert state_of(job) is JobState.RUNNING
    assert exit_code(job) is None
    assert job.record.identity != before.identity
    assert job.record.arguments == {"a": 1}
    wait_until(lambda: job.log_path.read_text() == f"one\ntwo {job.path}\n")


def test_a_running_job_is_not_started_again(start: Start) -> None:
    job = start(WAIT)
    with pytest.raises(WorkbenchError, match="already at work"):
        restart_job(job, ["true"])
    assert job.record.identity is not None and job.record.identity.is_alive()


def test_a_port_is_chosen_at_the_start(project: Path) -> None:
    job = start_job("train", "demo", [*python("import sys; print(sys.argv[1], flush=True)"), PORT], project=project)
    assert wait_until_over(job, 20)
    assert int(job.log_path.read_text()) > 1023
