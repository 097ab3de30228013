"""A training on two machines: torchrun on each, gloo over the cable between them, no disk in common."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.training.runs import tiny_config
from tests.training.two_machines import Machine, two_machines
from workbench.configs.files import dump_config
from workbench.jobs.events import Checkpoint, Failed, Finished, Started, Step, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.state import state_of
from workbench.jobs.tail import EventTail
from workbench.training.checkpoint_folders import rank_count, require_complete
from workbench.training.standstill import rank_pids

pytestmark = [pytest.mark.heavy, pytest.mark.serial]
_SECONDS = 120


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    try:
        with two_machines(tmp_path) as both:
            yield both
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no network namespaces here: {getattr(error, 'stderr', None) or error}")


def trained_on(
    machines: tuple[Machine, Machine], *arguments: str
) -> tuple[list[subprocess.Popen[str]], list[JobFolder]]:
    """The same command on both; the jobs, once they are there."""
    started = [machine.start("train", "c.yaml", *arguments) for machine in machines]
    jobs = []
    for machine, work_dir in zip(machines, ("work_dirs/c", "work_dirs/c/node_1"), strict=True):
        deadline = time.monotonic() + _SECONDS
        while not (found := sorted((machine.disk / work_dir).glob("2*/job.yaml"))):
            assert time.monotonic() < deadline, [process.communicate(timeout=5) for process in started]
            time.sleep(0.2)
        jobs.append(JobFolder(found[-1].parent))
    return started, jobs


def ended(started: list[subprocess.Popen[str]]) -> list[int]:
    said = [_output(process) for process in started]
    codes = [process.returncode for process in started]
    assert codes == [0, 0], "\n".join(said)
    return codes


def _output(process: subprocess.Popen[str]) -> str:
    """What a command has printed, once it and all it has started have closed its output."""
    try:
        return process.communicate(timeout=_SECONDS)[0]
    except subprocess.TimeoutExpired as error:
        running = subprocess.run(["ps", "-eo", "pid,ppid,stat,wchan,etime,args"], capture_output=True, text=True).stdout
        output = (error.output or b"").decode()
        raise AssertionError(f"{process.args} has not ended; it said:\n{output}\n{running}") from None


def wait_for(is_so: Callable[[], bool], jobs: list[JobFolder]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not is_so():
        assert time.monotonic() < deadline, [job.log_path.read_text()[-3000:] for job in jobs]
        time.sleep(0.2)


def is_told(job: JobFolder, words: str) -> bool:
    return any(words in event.message for event in events(job, Warned))


def events(job: JobFolder, kind: type) -> list:  # type: ignore[type-arg]
    return [event for event in EventTail(job.events_path).rest() if isinstance(event, kind)]


def test_machines_without_a_common_disk_train_together_stop_together_and_go_on(
    machines: tuple[Machine, Machine], rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_WATCHDOG_SECONDS", "5")
    for machine in machines:
        (machine.disk / "rows.json").write_bytes(rows.read_bytes())
        config = tiny_config(Path("rows.json"), method="lora", deepspeed="zero2", max_epochs=60)
        (machine.disk / "c.yaml").write_text(dump_config(config), encoding="utf-8")
    started, jobs = trained_on(machines)
    wait_for(lambda: bool(events(jobs[0], Step)), jobs)
    jobs[1].stop_path.touch()  # what 'workbench cancel' does on the second machine
    ended(started)
    for job in jobs:
        assert [event.stopped for event in events(job, Finished)] == [True]
    (saved,) = events(jobs[0], Checkpoint)
    checkpoint = require_complete(jobs[0].path / saved.path)
    assert rank_count(checkpoint) == 2
    assert not any(jobs[1].path.rglob("*.pt"))
    again, _jobs = trained_on(machines, "--resume", "--detach")
    ended(again)
    wait_for(lambda: events(jobs[1], Step)[-1].step > saved.step + 1, jobs)
    steps = [step for step in events(jobs[0], Step) if step.step > saved.step]
    assert steps[0].step == saved.step + 1
    assert events(jobs[0], Started)[-1].resumed_from_iter == saved.iter
    own = {step.step: step.loss for step in events(jobs[1], Step)}
    assert own[steps[0].step] == steps[0].loss, "the second machine's job shows how it goes"
    assert not events(jobs[1], Checkpoint)
    assert any("10.87.0.1" in fact for fact in events(jobs[1], Started)[-1].facts)
    (pid,) = rank_pids(jobs[1].path).values()
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: is_told(jobs[1], "rank 1: stopped by a signal"), jobs)
    here = f"machine 1 ({socket.gethostname()}): "
    wait_for(lambda: is_told(jobs[0], f"{here}rank 1: stopped by a signal"), jobs)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: bool(events(jobs[0], Failed)), jobs)
    (failed,) = events(jobs[0], Failed)
    assert failed.reason.startswith(f"{here}Rank 1 (process {pid}) was killed") and "--resume" in failed.hint
    wait_for(lambda: state_of(jobs[1]).is_over and not rank_pids(jobs[1].path), jobs)
