"""Lessons in copying: the same for the same seed, true to what was said, and what the sample model has learned of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch

from sample_data.copying import Part, copied_right, teach_copying
from sample_data.copying_lessons import CopyingLessons
from workbench.models.load import load_language_model, load_tokenizer

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return load_tokenizer("sample:model")


def test_the_seed_settles_the_lessons() -> None:
    one, same, other = (CopyingLessons(seed) for seed in (1, 1, 2))
    first = [one.lesson() for _ in range(10)]
    assert first == [same.lesson() for _ in range(10)]
    assert first != [other.lesson() for _ in range(10)]


def test_every_number_of_an_answer_was_said_before_it() -> None:
    lessons = CopyingLessons(3)
    for _ in range(200):
        said: set[str] = set()
        for turn in lessons.lesson().turns:
            numbers = set(re.findall(r"\d+", turn.content))
            if turn.role == "assistant":
                assert numbers <= said
            said |= numbers


def test_the_sample_model_copies_what_it_never_saw(tokenizer: Any) -> None:
    lessons = CopyingLessons(99)
    model = load_language_model("sample:model", precision="fp32").eval()
    right = copied_right(model, tokenizer, [lessons.lesson() for _ in range(100)])
    assert sum(right) > 60


def test_the_same_seed_makes_the_same_model(tmp_path: Path, tokenizer: Any) -> None:
    threads = torch.get_num_threads()
    weights = []
    try:
        for name in ("one", "two"):
            model = load_language_model("sample:model", precision="fp32")
            teach_copying(model, tokenizer, tmp_path / name, [Part(2, 1e-3, 2, 2, 1)])
            weights.append((tmp_path / name / "model.safetensors").read_bytes())
    finally:
        torch.set_num_threads(threads)
    assert weights[0] == weights[1]
