"""Answers of which a chat template leaves words out, as many do with the thoughts of all answers but the last."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.data.templates.answers import thought_and_reply
from workbench.data.templates.spans import Span


def is_shortened(content: str, text: str) -> bool:
    """Whether words of an answer's content are missing in the text; white space and markup for thinking do not count."""
    return any(part not in text and _words(part) not in _words(text) for part in thought_and_reply(content))


def texts_of(text: str, spans: Sequence[Span], answers: int) -> list[str]:
    """Where to look for the words of each of so many answers: in its own span, or, if they are not told apart, in all."""
    if len(spans) == answers:
        return [text[begin:end] for begin, end in spans]
    return [text] * answers


def _words(text: str) -> str:
    return "".join(text.split())
