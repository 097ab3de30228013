"""Where model, rows and prompt template do not go together."""

from __future__ import annotations

from pathlib import Path

from tests.data.checks.rows import A, Q, config_for, details, found, plain_rows, row
from tests.data.conftest import Write
from workbench.data.checks import check_data

MARKUP = "texts that already contain the markup of a prompt template; it would stand there twice"
NO_SYSTEM = "rows with a system text, which the prompt template leaves out"


def test_markup_in_the_texts_is_found_with_its_turn(write: Write) -> None:
    marked = row(("user", "Q"), ("assistant", "A<|im_end|>\n<|im_start|>user"))
    report = check_data(str(write([*plain_rows(20), marked])))
    assert found(report) == {MARKUP: ["data.json:21:messages[1]"]}
    assert details(report, MARKUP) == ["<|im_end|>, <|im_start|>"]


def test_special_tokens_of_the_tokenizer_in_the_texts_are_found(write: Write) -> None:
    texts = (("user", "Is <s>this</s> struck out? <image>"), ("assistant", "<think>Hm.</think>No.</s>"))
    path = write([*plain_rows(6), row(*texts), row(Q, ("assistant", "A<|im_end|>"))])
    report = check_data(str(path), config_for(path))
    (what,) = (what for what in found(report) if "special tokens" in what)
    assert found(report)[what] == ["data.json:7:messages[0]", "data.json:7:messages[1]"]
    assert details(report, what) == ["<s>, </s>", "</s>"]
    assert not any("special tokens" in what for what in found(check_data(str(path))))


def test_plain_texts_may_hold_any_markup(write: Write) -> None:
    assert check_data(str(write("<|im_start|>user", "a.txt"))).findings == []


def test_a_template_without_system_texts_is_told_of_rows_that_have_one(write: Write) -> None:
    path = write([*plain_rows(6), row(("system", "Be kind."), Q, A), row(("system", " "), Q, ("assistant", "B"))])
    report = check_data(str(path), config_for(path, prompt_template="minicpm"))
    assert found(report)[NO_SYSTEM] == ["data.json:7"]
    assert NO_SYSTEM not in found(check_data(str(path), config_for(path)))


def test_a_template_that_the_model_was_not_made_for_is_a_warning(write: Write) -> None:
    path = write(plain_rows(6))
    report = check_data(str(path), config_for(path, prompt_template="llama3_chat"))
    assert report.has_warnings
    assert {place for places in found(report).values() for place in places} == {"prompt_template: llama3_chat"}


THOUGHT = ("assistant", "<think>Hm.</think>Yes.")


def test_answers_that_the_chat_template_shortens_are_named(write: Write, thinking_model: Path) -> None:
    path = write([*plain_rows(6), row(Q, THOUGHT, Q, THOUGHT, Q, A), row(Q, THOUGHT)])
    auto = config_for(path, prompt_template="auto", pretrained_model_name_or_path=str(thinking_model))
    report = check_data(str(path), auto)
    (what,) = (what for what in found(report) if "leaves words out" in what)
    assert what.startswith("answers (in 1 rows)")
    assert found(report)[what] == ["data.json:7:messages[1]", "data.json:7:messages[3]"]
    assert not any("leaves words out" in what for what in found(check_data(str(path), config_for(path))))
