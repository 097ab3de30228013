"""Closing the terminal, killing the app, cutting the SSH line: the training goes on and its curve is complete."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.e2e.project import LONG, SAMPLE_CONFIG, WORKBENCH, Project, steps_of, wait_for, wait_for_steps
from tests.e2e.tmux import Tmux
from workbench.jobs.folder import JobFolder
from workbench.jobs.state import JobState, state_of

pytestmark = [pytest.mark.heavy, pytest.mark.serial]
SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
needs_sshd = pytest.mark.skipif(SSHD is None or shutil.which("ssh") is None, reason="sshd or ssh is not installed")


def _goes_on(job: JobFolder) -> None:
    """The job is running and makes further steps."""
    wait_for_steps(job, len(steps_of(job)) + 5)
    assert state_of(job) is JobState.RUNNING


def _is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@needs_tmux
@pytest.mark.parametrize("how", ["terminal closed", "app killed"])
def test_a_training_started_in_the_app_outlives_it(project: Project, tmp_path: Path, how: str) -> None:
    project.make_data()
    settings = [part for setting in LONG for part in ("--set", setting)]
    project.run("copy-cfg", SAMPLE_CONFIG, "configs", *settings)
    first = Tmux(project, tmp_path / "one")
    first.wait("Next step")
    first.press("F3")
    first.wait(f"{SAMPLE_CONFIG}_copy")
    first.press("F5", "n")
    first.wait("New training")
    first.wait("fits")
    first.press("F9")
    job: JobFolder = wait_for(lambda: (found := project.jobs()) and found[0], 30, "the job's folder")
    wait_for_steps(job, 3)
    first.wait("iteration")
    app = first.pid
    if how == "app killed":
        os.kill(app, signal.SIGKILL)
    else:
        first.kill()
    wait_for(lambda: _is_gone(app), 10, "the app has left")
    _goes_on(job)

    second, third = Tmux(project, tmp_path / "two"), Tmux(project, tmp_path / "three", size=(80, 24))
    for terminal in (second, third):
        terminal.wait("workbench")
        terminal.press("F5")
        terminal.wait("running")
        terminal.wait("iteration")
    assert [step.step for step in steps_of(job)] == list(range(1, len(steps_of(job)) + 1))
    second.press("C-q")
    wait_for(lambda: second.is_over, 10, "ctrl+q leaves the app")
    third.kill()
    assert state_of(job) is JobState.RUNNING


@dataclass
class Server:
    """An SSH server for the person who runs the tests."""

    folder: Path
    port: int

    def command(self, *options: str) -> list[str]:
        return [
            "ssh",
            *options,
            *("-p", str(self.port), "-i", str(self.folder / "key"), "-F", "/dev/null"),
            *("-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={self.folder / 'known'}"),
            *("-o", "BatchMode=yes", "-o", "LogLevel=ERROR"),
            f"{getpass.getuser()}@127.0.0.1",
        ]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A real sshd on a free port of 127.0.0.1, with keys made for this test."""
    folder = tmp_path / "sshd"
    folder.mkdir(mode=0o700)
    for name in ("key", "host_key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": folder / "host_key",
        "AuthorizedKeysFile": folder / "key.pub",
        "PidFile": folder / "pid",
        "StrictModes": "no",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
    }
    (folder / "config").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    Path("/run/sshd").mkdir(exist_ok=True) if os.geteuid() == 0 else None
    assert SSHD is not None
    log = (folder / "log").open("w")
    process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "config")], stderr=log, stdin=subprocess.DEVNULL)
    made = Server(folder, port)
    try:
        wait_for(lambda: _answers(made), 20, "the SSH server answers")
        yield made
    finally:
        process.terminate()
        process.wait(10)
        log.close()


def _answers(server: Server) -> bool:
    return (
        subprocess.run([*server.command(), "true"], stdin=subprocess.DEVNULL, timeout=10, check=False).returncode == 0
    )


def _remote(project: Project, *arguments: str) -> str:
    settings = " ".join(f"{name}={value}" for name, value in project.environment.items())
    return f"cd {project.folder} && exec env LC_ALL=C.UTF-8 {settings} {WORKBENCH} {' '.join(arguments)}"


@needs_sshd
def test_without_a_terminal_the_app_says_what_to_do(project: Project, server: Server) -> None:
    result = subprocess.run(
        [*server.command(), _remote(project)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30
    )
    assert result.returncode == 2
    assert "ssh -t" in result.stderr


@needs_sshd
@needs_tmux
def test_a_cut_line_ends_the_app_but_not_the_training(project: Project, server: Server, tmp_path: Path) -> None:
    project.make_data()
    job = project.start_long_training()
    line = " ".join(f"'{part}'" for part in [*server.command("-tt"), _remote(project)])
    terminal = Tmux(project, tmp_path / "ssh", command=line)
    terminal.wait("running")
    app = wait_for(lambda: _app_of(project), 10, "the app's process")
    wait_for_steps(job, 3)
    os.kill(terminal.pid, signal.SIGKILL)  # the client is gone without a goodbye, as when the line is cut
    wait_for(lambda: _is_gone(app), 20, "the app has left")
    _goes_on(job)

    again = Tmux(project, tmp_path / "again", command=line)
    again.wait("running")
    again.press("F5")
    again.wait("iteration")
    again.kill()
    assert [step.step for step in steps_of(job)] == list(range(1, len(steps_of(job)) + 1))


def _app_of(project: Project) -> int | None:
    """The process of the app in a project."""
    for process in psutil.process_iter(["cmdline", "cwd"]):
        line = process.info["cmdline"] or []
        if process.info["cwd"] == str(project.folder) and line[-1:] == [WORKBENCH]:
            return int(process.pid)
    return None
