"""What the assistant says about itself."""

from __future__ import annotations

from typing import get_args

import pytest

from workbench.data.identity.answers import Persona, answers
from workbench.data.identity.questions import Intent, Language

INTENTS = get_args(Intent)
ADA = Persona("Ada", author="the lab", description="InternLM2")


@pytest.mark.parametrize("intent", INTENTS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_answer_names_the_assistant_but_those_about_the_user(language: Language, intent: Intent) -> None:
    given = answers(ADA, intent, language)
    assert given
    assert all(("Ada" in answer) == (intent != "user") for answer in given)


@pytest.mark.parametrize(
    ("language", "intent", "begins"),
    [("zh", "other", "不是"), ("en", "other", "No"), ("zh", "mine", "是的"), ("en", "mine", "Yes")],
)
def test_another_name_is_denied_and_being_an_assistant_is_not(language: Language, intent: Intent, begins: str) -> None:
    assert all(answer.startswith(begins) for answer in answers(ADA, intent, language))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_made_it_and_what_is_inside_are_told(language: Language) -> None:
    assert all("the lab" in answer for answer in answers(ADA, "maker", language))
    assert any("the lab" in answer and "InternLM2" in answer for answer in answers(ADA, "introduce", language))


@pytest.mark.parametrize("intent", INTENTS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_not_known_leaves_no_hole(language: Language, intent: Intent) -> None:
    for answer in answers(Persona("Ada"), intent, language):
        assert not any(hole in answer for hole in ("  ", "，，", "，。", ", .", ",,", "{", "}", "None", "由训练"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_answers_to_open_questions_vary(language: Language) -> None:
    for intent in ("who", "introduce", "name"):
        assert len(set(answers(ADA, intent, language))) >= 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whose_assistant_it_is_is_not_answered_with_yes_or_no(language: Language) -> None:
    given = answers(ADA, "whose", language)
    assert not [answer for answer in given if answer.startswith(("是的", "不是", "Yes", "No"))]
