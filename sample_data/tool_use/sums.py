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
    """Two or three numbers of at most three digits; one in eight with brackets."""
    kind = draw.random()
    if kind < 0.65:
        return _sum(_two(draw), draw, language)
    if kind < 0.875:
        return _sum([*_two(draw), draw.choice("+-"), str(draw.randint(2, 99))], draw, language)
    first, sign, second = str(draw.randint(10, 99)), draw.choice("+-"), str(draw.randint(2, 99))
    return _signs(["(", first, sign, second, ")", "*", str(draw.randint(2, 99))], draw)


def _two(draw: random.Random) -> list[str]:
    sign = draw.choice("+-*")
    most = 99 if sign == "*" else 999
    return [str(draw.randint(10, most)), sign, str(draw.randint(10, most))]


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
