"""The texts of a row, each with the name of its field."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.data.checks.place import turn_field
from workbench.data.conversation import Conversation, Sample

EXCERPT_LENGTH = 24


def texts_of(sample: Sample) -> Iterator[tuple[str, str]]:
    """Field and text of all turns that have text; a row of tokens has none."""
    if isinstance(sample, Conversation):
        for number, turn in enumerate(sample.turns):
            if turn.content:
                yield turn_field(number, turn), turn.content
        for number, turn in enumerate(sample.rejected):
            if turn.content:
                yield turn.place or f"rejected[{number}]", turn.content


def excerpt(text: str, start: int, end: int) -> str:
    """What stands around a part of a text, on one line; characters that cannot be seen are written as their code."""
    begin = max(start - EXCERPT_LENGTH // 2, 0)
    stop = min(max(end, begin + EXCERPT_LENGTH), len(text), start + EXCERPT_LENGTH)
    return "".join(char if char.isprintable() else f"<U+{ord(char):04X}>" for char in text[begin:stop])
