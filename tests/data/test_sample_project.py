"""The data files of the embedded sample project keep what its README promises."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.data.conftest import SAMPLE
from workbench.data.checks import check_data
from workbench.data.identity.questions import QUESTIONS, questions
from workbench.data.probes import read_probes
from workbench.data.templates import get_template

GENERAL = SAMPLE / "general_dialogue.json"
RETENTION = SAMPLE / "retention.probes.json"


def mixed_in() -> dict[str, str]:
    """Question → answer of the dialogue to mix in."""
    rows = json.loads(GENERAL.read_text(encoding="utf-8"))
    return {row["messages"][0]["content"]: row["messages"][1]["content"] for row in rows}


def retained() -> dict[str, str]:
    """Question → answer of the retention set."""
    return {probe.question: probe.answers[0] for probe in read_probes(RETENTION)}


def test_dialogue_to_mix_in_and_retention_set_share_no_question() -> None:
    general, retention = mixed_in(), retained()
    assert not set(general) & set(retention)
    assert len(general) + len(retention) >= 200
    assert min(len(general), len(retention)) >= 50


def test_no_question_stands_twice() -> None:
    assert len(mixed_in()) == len(json.loads(GENERAL.read_text(encoding="utf-8")))
    assert len(retained()) == len(read_probes(RETENTION))


def test_the_dialogue_to_mix_in_is_sound() -> None:
    report = check_data(str(GENERAL))
    assert report.findings == []
    assert report.formats == ["openai"]


def test_both_files_are_in_both_languages() -> None:
    for known in (mixed_in(), retained()):
        chinese = sum(any("\u4e00" <= char <= "\u9fff" for char in question) for question in known)
        assert 0.2 < chinese / len(known) < 0.8


def test_neither_file_asks_who_the_assistant_is() -> None:
    texts = {question.text for question in QUESTIONS}
    assert not texts & {*mixed_in(), *retained()}


def test_the_identity_questions_are_those_of_the_generator() -> None:
    written = json.loads((SAMPLE / "self_identity_questions.json").read_text(encoding="utf-8"))
    for language in ("zh", "en"):
        assert written[language] == {
            "training": [question.text for question in questions(language, unseen=False)],
            "unseen": [question.text for question in questions(language, unseen=True)],
        }
    assert set(written) == {"zh", "en"}


@pytest.mark.heavy
def test_the_sample_model_answers_every_second_one_right_before_any_fine_tuning(training_tokenizer: Any) -> None:
    from workbench.evaluation.generate import generate_answers
    from workbench.models.load import load_language_model

    known = dict(list((mixed_in() | retained()).items())[::2])
    model = load_language_model(str(SAMPLE / "model"), precision="fp32")
    template = get_template("internlm2_chat")
    answers = generate_answers(model, training_tokenizer, template, list(known), max_new_tokens=40)
    right = [question for question, answer in zip(known, answers, strict=True) if answer.text == known[question]]
    assert len(right) >= 200
    assert len(right) >= 0.99 * len(known)
