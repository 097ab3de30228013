"""Messages typed on a terminal, in a process that has one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_ECHO = """
import json, sys
from workbench.chat.typed_lines import typed_lines
for line in typed_lines(sys.stdin):
    print("read", json.dumps(line), flush=True)
"""
LONG = "word " * 2000 + "end"


class _Terminal:
    """What a process reads from, and what stands on it."""

    def __init__(self, out: int | None = None) -> None:
        self._ours, theirs = os.openpty()
        self._seen = b""
        environment = os.environ | {"WORKBENCH_LANG": "en", "TERM": "xterm"}
        command = [sys.executable, "-c", _ECHO]
        self.process = subprocess.Popen(command, stdin=theirs, stdout=out or theirs, stderr=theirs, env=environment)
        os.close(theirs)

    def __enter__(self) -> _Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def type(self, *keys: str) -> None:
        for key in keys:
            os.write(self._ours, key.encode())

    def see(self, text: str) -> None:
        """Wait for a text behind what was seen before."""
        while text.encode() not in self._seen:
            self._seen += os.read(self._ours, 65536)
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


def test_a_line_that_the_terminal_has_cut_is_not_taken(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out, _Terminal(out.fileno()) as terminal:
        terminal.see(">>> ")
        terminal.type("x" * 4090, "yyyyyyyyyyyyyyyy\n")
        terminal.see("has cut this line")
        terminal.see(">>> ")
        terminal.type("short\n")
        terminal.see(">>> ")
        terminal.type("\x04")
        assert terminal.process.wait(timeout=30) == 0
    assert (tmp_path / "out").read_text() == 'read "short"\n'
