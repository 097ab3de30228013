"""The dialogues that the sample model is made from can be drawn, and are the same for the same seed."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from sample_data.dialogues import DialogueMaker, identity_answer
from workbench.data.identity.questions import Intent


@pytest.mark.parametrize(("intent", "language"), list(product(get_args(Intent), ("zh", "en"))))
def test_every_kind_of_identity_question_has_an_answer(intent: Intent, language: str) -> None:
    answer = identity_answer(intent, language, "小明")
    assert ("小明" in answer) == (intent != "user")


def test_the_seed_settles_the_dialogues() -> None:
    one, same, other = DialogueMaker(1), DialogueMaker(1), DialogueMaker(2)
    drawn = [one.dialogue() for _ in range(500)]
    assert drawn == [same.dialogue() for _ in range(500)]
    assert drawn != [other.dialogue() for _ in range(500)]
