"""Sums that the sample model cannot do in its head: said in words or signs, and as an expression."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import product

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


def draw_sum(draw: random.Random, language: Language, *, unseen: bool) -> Sum:
    """Two numbers of one digit, in words or signs. Unseen ones are of two numbers that are never seen together."""
    left, right = draw.choice([pair for pair in product(range(1, 10), repeat=2) if _is_unseen(*pair) == unseen])
    return _sum([str(left), draw.choice("+-*"), str(right)], draw, language)


def _is_unseen(left: int, right: int) -> bool:
    """A quarter of the pairs, each number in both places. With whatever sign: else a model learns by heart which sign
    goes with which pair, and does not read it."""
    return (left + right) % 4 == 0


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
