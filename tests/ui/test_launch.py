"""Starting and leaving the app: where it cannot work it says so, where it has worked it leaves the terminal as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ui.pseudo_terminal import PseudoTerminal
from workbench.ui.guard import TERMINATED_EXIT
from workbench.ui.launch import WRONG_TERMINAL_EXIT
from workbench.ui.terminal import has_sixteen_colours, suit_environment

LEFT_ALTERNATE_SCREEN = "\x1b[?1049l"
CURSOR_SHOWN, CURSOR_HIDDEN = b"\x1b[?25h", b"\x1b[?25l"
Opener = Callable[..., PseudoTerminal]


@pytest.fixture
def terminal(project: Path) -> Iterator[Opener]:
    """Opens the app on a terminal in the project."""
    opened: list[PseudoTerminal] = []

    def open_app(**settings: object) -> PseudoTerminal:
        opened.append(PseudoTerminal(project, **settings))  # type: ignore[arg-type]
        return opened[-1]

    yield open_app
    for one in opened:
        one.close()


def piped(folder: Path, stdin: int, stdout: int, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbench"],
        cwd=folder,
        env=os.environ | {"WORKBENCH_LANG": "en"} | environment,
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=20,
        check=False,
    )


# -- where it cannot work


@pytest.mark.parametrize("end", ["input", "output", "neither"])
def test_without_a_terminal_at_both_ends_it_says_what_to_use_instead(project: Path, end: str) -> None:
    master, slave = os.openpty()
    stdin = slave if end == "input" else subprocess.DEVNULL
    stdout = slave if end == "output" else subprocess.PIPE
    done = piped(project, stdin, stdout)
    os.close(master)
    os.close(slave)
    assert done.returncode == WRONG_TERMINAL_EXIT == 2
    assert "needs a terminal for input and output" in done.stderr
    assert "workbench --help" in done.stderr
    assert "ssh -t" not in done.stderr
    assert not done.stdout
    assert "\x1b" not in done.stderr


def test_over_ssh_without_a_terminal_it_names_the_option(project: Path) -> None:
    done = piped(project, subprocess.DEVNULL, subprocess.PIPE, SSH_CONNECTION="10.0.0.1 5022 10.0.0.2 22")
    assert done.returncode == 2
    assert "ssh -t HOST workbench" in done.stderr


def test_on_a_dumb_terminal_it_says_how_to_name_the_real_one(terminal: Opener) -> None:
    app = terminal(TERM="dumb")
    assert app.exit_code() == 2
    app.wait_for("TERM=xterm-256color workbench")
    assert b"\x1b" not in app.output


def test_without_utf8_it_says_how_to_get_it(terminal: Opener) -> None:
    app = terminal(LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
    assert app.exit_code() == 2
    app.wait_for("LC_ALL=C.UTF-8 workbench")
    assert b"\x1b" not in app.output


def test_even_what_is_said_in_chinese_ends_no_terminal_without_utf8(terminal: Opener) -> None:
    app = terminal(LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0", WORKBENCH_LANG="zh_CN")
    assert app.exit_code() == 2
    app.wait_for("LC_ALL=C.UTF-8 workbench")
    assert b"Traceback" not in app.output


# -- leaving


def test_quitting_leaves_the_terminal_as_it_was(terminal: Opener) -> None:
    app = terminal()
    app.wait_for("Begin with data")
    assert not app.is_as_before
    app.press(b"\x11")
    assert app.exit_code() == 0
    assert app.is_as_before
    app.wait_for(LEFT_ALTERNATE_SCREEN)
    assert app.output.rfind(CURSOR_SHOWN) > app.output.rfind(CURSOR_HIDDEN)


def test_a_request_to_end_leaves_as_if_the_user_had_quit(terminal: Opener) -> None:
    app = terminal()
    app.wait_for("Begin with data")
    os.kill(app.process.pid, signal.SIGTERM)
    assert app.exit_code() == TERMINATED_EXIT == 143
    assert app.is_as_before
    assert b"Traceback" not in app.output


# -- what suits a line


def test_over_ssh_the_line_is_spared_unless_the_user_wants_otherwise() -> None:
    environment = {"SSH_CONNECTION": "10.0.0.1 5022 10.0.0.2 22", "TEXTUAL_FPS": "60"}
    suit_environment(environment)
    assert environment["TEXTUAL_ANIMATIONS"] == "none"
    assert int(environment["ESCDELAY"]) > 100
    assert environment["TEXTUAL_FPS"] == "60"


def test_at_home_only_animations_are_off() -> None:
    environment: dict[str, str] = {}
    suit_environment(environment)
    assert environment == {"TEXTUAL_ANIMATIONS": "none"}


@pytest.mark.parametrize(
    ("environment", "is_poor"),
    [
        ({"TERM": "linux"}, True),
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "tmux-256color"}, False),
    ],
)
def test_terminals_of_sixteen_colours_are_told_from_others(environment: dict[str, str], is_poor: bool) -> None:
    assert has_sixteen_colours(environment) is is_poor
