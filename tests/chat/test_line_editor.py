"""Messages typed on a terminal, in a process that has one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

_ECHO = """
import json, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from workbench.chat.typed_lines import typed_lines
for line in typed_lines(sys.stdin):
    print("read", json.dumps(line), flush=True)
"""
LONG = "word " * 2000 + "end"


class _Terminal:
    """What a process reads from, and what stands on it."""

    def __init__(self, out: int | None = None, errors: int | None = None, **environment: str) -> None:
        self.ours, theirs = os.openpty()
        self._seen = b""
        self.process = subprocess.Popen(
            [sys.executable, "-c", _ECHO],
            stdin=theirs,
            stdout=out or theirs,
            stderr=errors or theirs,
            env=os.environ | {"WORKBENCH_LANG": "en", "TERM": "xterm"} | environment,
        )
        os.close(theirs)

    def __enter__(self) -> _Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.ours)

    def type(self, *keys: str) -> None:
        for key in keys:
            os.write(self.ours, key.encode())

    def see(self, text: str) -> None:
        """Wait for a text behind what was seen before."""
        while text.encode() not in self._seen:
            self._seen += os.read(self.ours, 65536)
        self._seen = self._seen.partition(text.encode())[2]


@pytest.mark.parametrize(
    ("keys", "read"),
    [
        (["Helo\x1b[D", "l\r"], "Hello"),
        (["one\x1b\r", "two\r"], "one\ntwo"),
        (["\x1b[200~one\ntwo\x1b[201~", "\r"], "one\ntwo"),
        ([f"\x1b[200~{LONG}\x1b[201~", "\r"], LONG),
    ],
    ids=["arrow", "alt+enter", "paste", "long"],
)
def test_a_line_can_be_edited_and_have_any_length(keys: list[str], read: str) -> None:
    with _Terminal() as terminal:
        for typed in (keys, ["\x1b[A", "\r"]):  # the second time it is brought back
            terminal.see(">>> ")
            terminal.type(*typed)
            terminal.see(f"read {json.dumps(read)}")


@pytest.mark.parametrize("locale", ["C", "POSIX", "nn_NO.UTF-8"], ids=["C", "POSIX", "one that is not there"])
def test_letters_of_all_languages_are_letters_in_every_locale(locale: str) -> None:
    with _Terminal(LC_ALL=locale) as terminal:
        terminal.see(">>> ")
        terminal.type("你好，wörld", "\x7f\x7f", "\r")
        terminal.see(f"read {json.dumps('你好，wör')}")


def test_a_line_is_edited_though_answers_go_elsewhere(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out, _Terminal(out.fileno()) as terminal:
        terminal.see(">>> ")
        terminal.type("Helo\x1b[D", "l\r")
        terminal.see(">>> ")
        terminal.type("\x04")
        assert terminal.process.wait(timeout=30) == 0
    assert (tmp_path / "out").read_text() == 'read "Hello"\n'


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_gives_the_terminal_back(number: signal.Signals) -> None:
    with _Terminal() as terminal:
        terminal.see(">>> ")
        terminal.type("begun")
        terminal.see("begun")
        time.sleep(0.5)  # Python sees a signal that comes while readline takes a key only at the next key
        terminal.process.send_signal(number)
        assert terminal.process.wait(timeout=30) == 128 + number
        assert termios.tcgetattr(terminal.ours)[3] & termios.ICANON


def test_a_line_that_the_terminal_has_cut_is_not_taken(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("ab") as out, _Terminal(out.fileno(), out.fileno()) as terminal:
        for line, said in (("x" * 5000, "cut this line"), ("short", 'read "short"')):
            terminal.type(line[:4090], line[4090:], "\n")
            while said not in log.read_text():
                time.sleep(0.02)
        terminal.type("\x04")
        assert terminal.process.wait(timeout=30) == 0
    assert log.read_text().count("read ") == 1
