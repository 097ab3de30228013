"""A paste is one paste, whatever stands in it, and keys are keys."""

from __future__ import annotations

import pytest
from textual import events
from textual.drivers import linux_driver

from workbench.ui.pasted_escapes import PasteParser, use_in

_LOG = "line one \x1b[31mred\x1b[0m\nline \x1b]8;;http://x\x07two\x1b]8;;\x1b\\ \x1b(B\x1b"


def told(text: str, piece: int) -> list[str]:
    """What the app is told when the terminal sends a text in pieces of this length."""
    parser, found = PasteParser(), []
    for start in range(0, len(text), piece):
        found += list(parser.feed(text[start : start + piece]))
    return [event.text if isinstance(event, events.Paste) else event.key for event in found if is_told(event)]  # type: ignore[attr-defined]


def is_told(event: object) -> bool:
    return isinstance(event, events.Paste | events.Key)


@pytest.mark.parametrize("piece", [4, 5, 7, 4096])
def test_escape_codes_in_a_paste_are_left_out_and_the_text_is_kept(piece: int) -> None:
    sent = f"a\x1b[200~{_LOG}\x1b[201~b\x1b[20~\x1b[200~two\x1b[201~"
    assert told(sent, piece) == ["a", "line one red\nline two ", "b", "f9", "two"]


def test_a_key_is_told_at_once_also_one_that_looks_like_the_beginning_of_a_paste() -> None:
    assert told("\x1b[A\x1b[2~x", 4096) == ["up", "insert", "x"]


def test_a_large_paste_is_one_paste() -> None:
    text = "\x1b[1mword\x1b[0m\n" * 50_000
    assert told(f"\x1b[200~{text}\x1b[201~", 4096) == ["word\n" * 50_000]


def test_the_driver_of_the_terminal_parses_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linux_driver, "XTermParser", linux_driver.XTermParser)
    use_in(linux_driver.LinuxDriver)
    assert linux_driver.XTermParser is PasteParser
