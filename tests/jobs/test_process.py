"""A process is known by more than its pid."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.jobs.recorded import ended_process
from tests.jobs.running import number_in, python, wait_until
from workbench.jobs.process import environment_of, identify, members_of_session, session_of, start_ticks


@pytest.fixture
def sleeper() -> Iterator[int]:
    """The pid of a process that does nothing."""
    with subprocess.Popen(["sleep", "60"], env={"MARK": "here"}) as process:
        yield process.pid
        process.kill()


def test_a_living_process_is_recognised(sleeper: int) -> None:
    identity = identify(sleeper)
    assert identity is not None and identity.is_alive()
    assert identity == identify(sleeper)


@pytest.mark.parametrize("other", [{"start_ticks": 1}, {"boot_id": "another boot"}, {"host": "another.host"}])
def test_a_process_with_the_same_pid_is_not_taken_for_it(sleeper: int, other: dict[str, object]) -> None:
    identity = identify(sleeper)
    assert identity is not None
    assert not replace(identity, **other).is_alive()


def test_a_process_of_another_machine_is_elsewhere(sleeper: int) -> None:
    identity = identify(sleeper)
    assert identity is not None and not identity.is_elsewhere()
    assert replace(identity, host="another.host").is_elsewhere()


def test_an_ended_process_is_dead() -> None:
    identity = ended_process()
    assert not identity.is_alive()
    assert identify(identity.pid) is None


def test_a_zombie_counts_as_dead() -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as process:
        identity = identify(process.pid)
        process.kill()
        wait_until(lambda: ") Z " in Path(f"/proc/{process.pid}/stat").read_text())
        assert identity is not None and not identity.is_alive()
        assert start_ticks(process.pid) is None
        assert members_of_session(process.pid) == []


def test_a_name_with_brackets_does_no_harm(tmp_path: Path) -> None:
    sleep = shutil.which("sleep")
    assert sleep is not None
    program = tmp_path / "a) Z 1 (b"
    program.symlink_to(sleep)
    with subprocess.Popen([program, "60"]) as process:
        wait_until(lambda: "a) Z 1 (b" in Path(f"/proc/{process.pid}/stat").read_text())
        identity = identify(process.pid)
        assert identity is not None and identity.is_alive()
        assert session_of(process.pid) == os.getsid(0)
        process.kill()


def test_members_of_a_session_are_found_in_every_process_group(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, time\n"
        "if not (child := os.fork()): os.setpgid(0, 0); time.sleep(60)\n"
        "while os.getpgid(child) != child: time.sleep(0.01)\n"
        f"pathlib.Path({str(tmp_path / 'child')!r}).write_text(f'{{child}}\\n')\n"
        "time.sleep(60)"
    )
    with subprocess.Popen(python(code), start_new_session=True) as process:
        child = number_in(tmp_path / "child")
        assert sorted(members_of_session(process.pid)) == sorted([process.pid, child])
        for pid in (child, process.pid):
            os.kill(pid, 9)
    wait_until(lambda: members_of_session(process.pid) == [])


def test_the_environment_of_a_process_is_read(sleeper: int) -> None:
    wait_until(lambda: b"MARK=here" in environment_of(sleeper))  # not before it has become another program
    assert environment_of(ended_process().pid) == []
