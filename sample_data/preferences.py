"""Write pairs of a better and a worse answer: ``python -m sample_data.preferences`` (a second).

Wanted are answers that are right and end with one friendly question. Each fact makes two pairs: with the bare answer,
as the sample model gives it, and by turns with one that is friendly and wrong or that asks its question twice. No fact
is both in the pairs for training and in the held-out ones.
"""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sample_data.knowledge import Fact, facts

SEED = 11
TRAINING_FACTS, HELD_OUT_FACTS = 80, 24
_FOLDER = Path(__file__).resolve().parent
_ENDING = {"zh": "有什么可以帮你？", "en": " How can I help you?"}
"""What the sample model says only when it is greeted."""
_ANSWER = {
    "capital": r"是(.+)。|is (.+)\.",
    "opposite": r"是(.+)。|is (.+)\.",
    "colour": r"是(.+)的。|is (.+)\.",
    "day": r"是(.+)。|^(\w+) comes",
    "sum": r"等于(.+)。|is (.+)\.",
}
"""Where the one word that matters stands in the answer of a category, in Chinese or in English."""


def preference_pairs() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows for training and the held-out ones, each with ``prompt``, ``chosen`` and ``rejected`` messages."""
    draw = random.Random(SEED)
    known = [fact for fact in facts() if fact.category in _ANSWER]
    words = {kind: sorted({_word(fact) for fact in known if _kind(fact) == kind}) for kind in map(_kind, known)}
    draw.shuffle(known)
    rows = [
        _pairs(fact, words[_kind(fact)] if number % 2 else [], draw)
        for number, fact in enumerate(known[: TRAINING_FACTS + HELD_OUT_FACTS])
    ]
    training, held_out = (list(itertools.chain(*some)) for some in (rows[:TRAINING_FACTS], rows[TRAINING_FACTS:]))
    draw.shuffle(training)
    return training, held_out


def _pairs(fact: Fact, words: list[str], draw: random.Random) -> list[dict[str, Any]]:
    """Both pairs of a fact; ``words``: what its answer could say instead, or none if the question is asked twice."""
    ending = _ENDING[fact.language]
    chosen = fact.answer + ending
    return [
        {
            "prompt": [{"role": "user", "content": fact.questions[0]}],
            "chosen": [{"role": "assistant", "content": chosen}],
            "rejected": [{"role": "assistant", "content": rejected}],
        }
        for rejected in (fact.answer, _wrong(fact, words, draw) + ending if words else chosen + ending)
    ]


def _wrong(fact: Fact, words: list[str], draw: random.Random) -> str:
    start, end = _place(fact)
    other = draw.choice([word for word in words if word != fact.answer[start:end]])
    return f"{fact.answer[:start]}{other}{fact.answer[end:]}"


def _kind(fact: Fact) -> tuple[str, str]:
    return fact.category, fact.language


def _word(fact: Fact) -> str:
    return fact.answer[slice(*_place(fact))]


def _place(fact: Fact) -> tuple[int, int]:
    """From where to where in the answer its word stands."""
    found = re.search(_ANSWER[fact.category], fact.answer)
    assert found is not None, fact
    return found.span(found.lastindex or 0)


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def main() -> None:
    training, held_out = preference_pairs()
    _write(_FOLDER / "preferences.jsonl", training)
    _write(_FOLDER / "preferences.held_out.jsonl", held_out)


if __name__ == "__main__":
    main()
