"""The phrasings: enough of them, and those to score with are really unseen."""

from __future__ import annotations

import unicodedata
from typing import get_args

import pytest

from workbench.data.identity.questions import OTHER_ASSISTANTS, QUESTIONS, Intent, Language, questions

INTENTS = get_args(Intent)


def bare(text: str) -> str:
    """The words without punctuation, white space and case."""
    return "".join(char for char in text.casefold() if unicodedata.category(char)[0] not in "PZ")


@pytest.mark.parametrize(("language", "least"), [("zh", 60), ("en", 40)])
def test_there_are_enough_phrasings_to_train_on(language: Language, least: int) -> None:
    asked = questions(language, unseen=False)
    assert len({bare(question.text) for question in asked}) >= least
    assert len({question.text for question in asked}) == len(asked)


@pytest.mark.parametrize("unseen", [True, False])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_intent_is_asked_in_several_ways(language: Language, unseen: bool) -> None:
    for intent in INTENTS:
        assert len(questions(language, unseen=unseen, intents=(intent,))) >= 2, intent


def test_unseen_questions_differ_from_those_trained_on_by_more_than_punctuation() -> None:
    trained = {bare(question.text) for question in QUESTIONS if not question.unseen}
    unseen = {bare(question.text) for question in QUESTIONS if question.unseen}
    assert not trained & unseen
    assert len(unseen) >= 50


def test_every_phrasing_is_of_one_language_and_one_set() -> None:
    split = [questions(language, unseen=unseen) for language in ("zh", "en") for unseen in (True, False)]
    assert sorted(question.text for part in split for question in part) == sorted(q.text for q in QUESTIONS)


def test_no_mark_is_left_in_a_text() -> None:
    assert not [question for question in QUESTIONS if question.text != question.text.strip(" *") or not question.text]


def test_only_questions_about_others_name_one() -> None:
    for question in QUESTIONS:
        assert question.text.count("{other}") == (question.intent == "other"), question


def test_each_language_is_written_in_its_script() -> None:
    for question in QUESTIONS:
        has_chinese = any("\u4e00" <= char <= "\u9fff" for char in question.text)
        assert has_chinese == (question.language == "zh"), question
    assert all(len(set(names)) >= 2 for names in OTHER_ASSISTANTS.values())


def test_only_questions_that_can_be_answered_with_yes_are() -> None:
    """Those of ``mine`` are answered with yes, and so ask no who or whose."""
    asking = ("谁", "who", "Who")
    assert not [
        question.text for question in QUESTIONS if question.intent == "mine" and any(w in question.text for w in asking)
    ]
