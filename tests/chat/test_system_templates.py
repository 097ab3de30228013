"""System texts by XTuner's names."""

from __future__ import annotations

import pytest

from workbench.chat.system_templates import SYSTEM_TEMPLATES, chosen_system, named_by, system_text
from workbench.errors import WorkbenchError


def test_each_of_the_eight_names_has_a_text_with_nothing_left_to_fill_in() -> None:
    texts = [system_text(name, "Robin") for name in SYSTEM_TEMPLATES]
    assert len(set(texts)) == 8
    assert all(text and "{" not in text for text in texts)


def test_moss_lists_its_plugins_and_its_name() -> None:
    text = system_text("moss_sft", "Robin")
    assert "Robin" in text
    assert [text.count(f"- {plugin}: disabled.") for plugin in ("calculate", "solve", "search")] == [1, 1, 1]


def test_a_text_and_a_name_exclude_each_other() -> None:
    assert chosen_system("Be brief.", None, "BOT") == "Be brief."
    assert chosen_system("", "sql", "BOT") == system_text("sql", "BOT")
    with pytest.raises(WorkbenchError, match="only one of them"):
        chosen_system("Be brief.", "sql", "BOT")


def test_another_name_is_told_which_there_are() -> None:
    with pytest.raises(WorkbenchError) as refused:
        system_text("arxiv_gentle", "BOT")
    assert "arxiv_gentile" in str(refused.value.fix)


@pytest.mark.parametrize("name", SYSTEM_TEMPLATES)
def test_a_text_is_known_by_its_name_and_the_models(name: str) -> None:
    found = named_by(system_text(name, "Ada (2)"))
    assert found is not None
    assert system_text(*found) == system_text(name, "Ada (2)")
    assert named_by(f"{system_text(name, 'Ada')} And more.") is None
