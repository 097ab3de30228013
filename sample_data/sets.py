"""Write the files of the sample project: dialogue to mix in, the retention set, and the identity questions.

Only facts that the finished model answers right go into the first two. A fact is in one of them, never in both.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

from sample_data.knowledge import Fact, facts
from workbench.data.identity.questions import QUESTIONS, questions
from workbench.data.probes import Probe, write_probes
from workbench.data.templates import get_template
from workbench.evaluation.generate import generate_answers

SEED = 7
RETENTION_SHARE = 0.4
_TEMPLATE = "internlm2_chat"


def measure_and_write(model: Any, tokenizer: Any, folder: Path) -> None:
    """Ask every fact and every question about the user; keep what is right, split it, print the figures."""
    known = facts()
    answers = generate_answers(
        model, tokenizer, get_template(_TEMPLATE), [fact.questions[0] for fact in known], max_new_tokens=40
    )
    right = [fact for fact, answer in zip(known, answers, strict=True) if answer.strip() == fact.answer]
    total, good = Counter(fact.category for fact in known), Counter(fact.category for fact in right)
    for category in total:
        print(f"{category}: {good[category]} of {total[category]}")
    print(f"right before any fine-tuning: {len(right)} of {len(known)} questions")
    random.Random(SEED).shuffle(right)
    border = round(len(right) * RETENTION_SHARE)
    write_probes(folder / "retention.probes.json", [_probe(fact) for fact in right[:border]])
    _write(folder / "general_dialogue.json", [_row(fact) for fact in right[border:]])
    _write(folder / "self_identity_questions.json", _identity_questions())


def _probe(fact: Fact) -> Probe:
    return Probe(question=fact.questions[0], answers=[fact.answer], match="exact")


def _row(fact: Fact) -> dict[str, Any]:
    return {
        "messages": [
            {"role": "user", "content": fact.questions[0]},
            {"role": "assistant", "content": fact.answer},
        ]
    }


def _identity_questions() -> dict[str, Any]:
    """The question variants by language, split into those for training and the unseen ones."""
    return {
        language: {
            "training": [question.text for question in questions(language, unseen=False)],
            "unseen": [question.text for question in questions(language, unseen=True)],
        }
        for language in dict.fromkeys(question.language for question in QUESTIONS)
    }


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
