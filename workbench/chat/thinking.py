"""What a model thinks before it answers, told from the answer by the marks that it puts around its thoughts."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARKS = (
    *((f"<{name}>", f"</{name}>") for name in ("think", "thinking", "thought", "reasoning", "seed:think")),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
)
"""As DeepSeek-R1, Qwen3, Seed-OSS, Magistral, Kimi and OpenThinker write them."""
_END_OF = dict(_MARKS)
_BEGIN = re.compile("|".join(rf"(?:(?<=\n)|^)[ \t]*{re.escape(begin)}" for begin, _end in _MARKS))
"""A mark within a line is spoken about, not used."""
_END = re.compile("|".join(rf"{re.escape(end)}(?=\s*(?:\n|$))|(?:(?<=\n)|^){re.escape(end)}" for _begin, end in _MARKS))


@dataclass(frozen=True)
class Said:
    """A part of an answer: a thought, or what is said. ``is_whole``: the end of a thought was written."""

    text: str
    is_thought: bool = False
    is_whole: bool = True


def thoughts_and_answer(text: str, *, goes_on: bool = False) -> list[Said]:
    """The parts of an answer in their order, without the marks and the white space around them.

    Some models' templates write the mark that begins the thought themselves, so an end without a beginning counts too.

    Args:
        goes_on: more will follow; what may become a mark is left out until then.
    """
    if goes_on:
        text = text[: len(text) - _begun_mark(text)]
    found: list[Said] = []
    first_end, first_begin = _END.search(text), _BEGIN.search(text)
    if first_end and (first_begin is None or first_end.start() < first_begin.start()):
        found.append(Said(text[: first_end.start()].strip(), is_thought=True))
        text = text[first_end.end() :]
    while begin := _BEGIN.search(text):
        end_mark = _END_OF[begin.group().strip()]
        thought, end, rest = text[begin.end() :].partition(end_mark)
        found += [Said(text[: begin.start()].strip()), Said(thought.strip(), is_thought=True, is_whole=bool(end))]
        text = rest
    found.append(Said(text.lstrip() if found else text))
    return [part for part in found if part.text or (part.is_thought and not part.is_whole)]


def without_thoughts(text: str) -> str:
    """What an answer says; empty if the model has not come to its end with thinking."""
    return "\n".join(part.text for part in thoughts_and_answer(text) if not part.is_thought)


def _begun_mark(text: str) -> int:
    """Characters at the end of a text that may be the beginning of a mark."""
    tail = text[-max(len(mark) for pair in _MARKS for mark in pair) :]
    for start in range(len(tail)):
        if any(mark.startswith(tail[start:]) for pair in _MARKS for mark in pair):
            return len(tail) - start
    return 0
