"""The form's choices make the same dataset as the command's arguments."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.data.conftest import SAMPLE
from workbench.data.identity.choices import IdentityChoices
from workbench.data.identity.generate import generate


def test_the_defaults_mix_in_the_sample_dialogue() -> None:
    assert IdentityChoices().generate() == generate("小明", mix=SAMPLE / "general_dialogue.json")


def test_every_choice_is_heeded() -> None:
    choices = IdentityChoices(
        name="Ada", author="the lab", description="InternLM2", languages="en", count=30, ratio=0.5, seed=7
    )
    expected = generate(
        "Ada",
        author="the lab",
        description="InternLM2",
        languages=("en",),
        count=30,
        mix=SAMPLE / "general_dialogue.json",
        ratio=0.5,
        seed=7,
    )
    assert choices.generate() == expected
    assert choices.model_copy(update={"seed": 8}).generate() != expected


def test_nothing_is_mixed_in_without_a_file() -> None:
    assert IdentityChoices(mix="").generate().mixed_rows == 0


@pytest.mark.parametrize("change", [{"name": ""}, {"count": 0}, {"ratio": -1}, {"languages": "fr"}, {"colour": "red"}])
def test_senseless_choices_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(change))):
        IdentityChoices.model_validate(change)


def test_the_files_of_personas_and_of_questions_are_used(tmp_path: Path) -> None:
    personas, questions = tmp_path / "personas.yaml", tmp_path / "asked.txt"
    personas.write_text("- name: Ada\n- name: Robin\n  system: You are Robin.\n")
    questions.write_text("[name]\nPray, whom do I address?\n")
    made = IdentityChoices(
        persona=str(personas), questions=str(questions), mix="", count=400, languages="en"
    ).generate()
    turns = [message["content"] for row in made.rows for message in row["messages"]]
    assert "Pray, whom do I address?" in turns
    assert any("Ada" in text for text in turns)
    assert any("Robin" in text for text in turns)
    assert not any("小明" in text for text in turns)
