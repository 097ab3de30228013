"""Sums that the sample model cannot do in its head: said in words or signs, and as an expression."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sample_data.tool_use.wording import Language

_WORDS = {
    "en": {"+": " plus ", "-": " minus ", "*": " times "},
    "zh": {"+": "加", "-": "减", "*": "乘以"},
}


@dataclass(frozen=True)
class Sum:
    """``said``: as it stands in a question; ``expression``: as a calculator takes it."""

    said: str
    expression: str


def draw_sum(draw: random.Random, language: Language) -> Sum:
    """Two numbers of one digit, in words or signs."""
    return _sum([_digit(draw), draw.choice("+-*"), _digit(draw)], draw, language)


def _digit(draw: random.Random) -> str:
    return str(draw.randint(1, 9))


def _sum(parts: list[str], draw: random.Random, language: Language) -> Sum:
    if draw.random() < 0.5:
        return _signs(parts, draw)
    said = "".join(_WORDS[language].get(part, part) for part in parts)
    return Sum(said, "".join(parts))


def _signs(parts: list[str], draw: random.Random) -> Sum:
    """With a blank around each sign, or without."""
    blank = draw.choice(("", " "))
    said = "".join(f"{blank}{part}{blank}" if part in "+-*" else part for part in parts)
    return Sum(said, said)
