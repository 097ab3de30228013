"""Long texts tokenised a window at a time: the tokenizers library needs some hundred times a text's size in memory.

Windows overlap. Where two of them have the same tokens for a while, they are joined: what a token is depends on the
text around it, but not on what is far away. If they never agree, the window grows, at worst to the whole text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Spans = list[tuple[int, int]]
Encode = Callable[[str], tuple[list[int], Spans]]
LONG = 1 << 17
"""Characters of a window; a longer text is tokenised in several."""
_OVERLAP = 1 << 12
_AGREEING = 24
"""Tokens that must be the same on either side of where two windows are joined."""


@dataclass(frozen=True)
class _Window:
    """Some of a text's characters, from ``begin`` to ``end``, as tokens; spans count from the text's beginning."""

    begin: int
    end: int
    ids: list[int]
    spans: Spans


def in_windows(text: str, encode: Encode, size: int = LONG) -> Iterator[tuple[list[int], Spans]]:
    """The tokens of a text with their spans, some at a time; together they are those of the whole text.

    Args:
        encode: the tokens of a text, and from which to which character each stands for.
        size: characters looked at at once.
    """
    window, taken = _window(text, 0, size, encode), 0
    while window.end < len(text):
        begin = max(window.end - _OVERLAP, window.begin + 1)
        following = _window(text, begin, begin + size, encode)
        joint = _joint(window, following)
        if joint is None:
            window = _window(text, window.begin, window.begin + 2 * (window.end - window.begin), encode)
            continue
        here, there = joint
        yield window.ids[taken:here], window.spans[taken:here]
        window, taken = following, there
    yield window.ids[taken:], window.spans[taken:]


def in_groups(texts: Sequence[str], size: int = LONG) -> Iterator[Sequence[str]]:
    """Texts, some at a time, with about ``size`` characters together, or one that is longer."""
    first, characters = 0, 0
    for number, text in enumerate(texts):
        if number > first and characters + len(text) > size:
            yield texts[first:number]
            first, characters = number, 0
        characters += len(text)
    if first < len(texts):
        yield texts[first:]


def _window(text: str, begin: int, end: int, encode: Encode) -> _Window:
    end = min(end, len(text))
    ids, spans = encode(text[begin:end])
    return _Window(begin, end, ids, [(a + begin, b + begin) for a, b in spans])


def _joint(left: _Window, right: _Window) -> tuple[int, int] | None:
    """A place in both windows' tokens, about the middle of what they share, around which these are the same."""
    places = {span[0]: place for place, span in enumerate(right.spans)}
    middle = (right.begin + left.end) // 2
    for here in range(len(left.ids) - _AGREEING, _AGREEING, -1):
        start = left.spans[here][0]
        if start > middle:
            continue
        there = places.get(start)
        if there is None:
            if start < right.begin:
                return None
        elif there >= _AGREEING and _agree(left, here, right, there):
            return here, there
    return None


def _agree(left: _Window, here: int, right: _Window, there: int) -> bool:
    ours, theirs = slice(here - _AGREEING, here + _AGREEING), slice(there - _AGREEING, there + _AGREEING)
    return left.ids[ours] == right.ids[theirs] and left.spans[ours] == right.spans[theirs]
