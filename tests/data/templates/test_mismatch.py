"""A template that does not fit is said in words, one that does is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.data.characters import dialogue
from tests.data.templates.families import FAMILIES
from workbench.configs.provenance import Provenance, write_provenance
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.templates import TEMPLATE_NAMES, get_template
from workbench.data.templates.mismatch import (
    Use,
    markup_in,
    recommended_template,
    same_markup,
    template_warnings,
    trained_template,
)


def family(name: str) -> Any:
    return FAMILIES[name].tokenizer()


@pytest.mark.parametrize(("use", "word"), [("train", "go on training"), ("evaluate", "score"), ("chat", "chat with")])
def test_another_template_than_the_weights_were_trained_with(use: Use, word: str) -> None:
    (warning,) = template_warnings("vicuna", use, trained="internlm2_chat")
    assert "internlm2_chat" in warning
    assert f"{word}" in warning and "vicuna" in warning


@pytest.mark.parametrize(("used", "trained"), [("qwen_chat", "internlm2_chat"), ("mistral", "deepseek_moe")])
def test_two_names_of_the_same_markup(used: str, trained: str) -> None:
    assert template_warnings(used, "chat", trained=trained) == []


def test_a_trained_template_that_is_gone_is_another_one() -> None:
    (warning,) = template_warnings("vicuna", "chat", trained="/gone/mine.yaml")
    assert "/gone/mine.yaml" in warning


@pytest.mark.parametrize(
    ("name", "own"),
    [("qwen_chat", "chatml"), ("llama3_chat", "llama3"), ("mistral", "mistral"), ("deepseek_v2", "deepseek")],
)
def test_the_tokenizers_own_template_by_its_name_here(name: str, own: str) -> None:
    tokenizer = family(own)
    if name == "deepseek_v2":
        tokenizer.eos_token, tokenizer.all_special_tokens = "<｜end▁of▁sentence｜>", ["<｜end▁of▁sentence｜>"]
    assert template_warnings(name, "train", tokenizer=tokenizer) == []
    assert template_warnings("auto", "train", tokenizer=tokenizer) == []


def test_another_than_the_tokenizers_own_template() -> None:
    (warning,) = template_warnings("internlm2_chat", "train", tokenizer=family("llama3"))
    assert "auto" in warning and "llama3_chat" in warning


def test_another_than_the_catalogue_recommends() -> None:
    (warning,) = template_warnings("vicuna", "train", model="internlm/internlm2-chat-7b")
    assert "internlm2_chat" in warning


def test_a_base_model_takes_any_template() -> None:
    assert template_warnings("vicuna", "train", model="internlm/internlm2-7b") == []
    assert template_warnings("vicuna", "train", model="of/nobody") == []


def test_the_sample_model_and_its_template_fit(light: LightTokenizer) -> None:
    assert template_warnings("internlm2_chat", "train", model="sample:model", tokenizer=light) == []


@pytest.mark.parametrize(("use", "learns"), [("train", True), ("chat", False), ("evaluate", False)])
def test_markup_that_the_tokenizer_does_not_know(light: LightTokenizer, use: Use, learns: bool) -> None:
    warnings = template_warnings("llama3_chat", use, trained="llama3_chat", tokenizer=light)
    (told,) = [warning for warning in warnings if "<|eot_id|>" in warning]
    assert "tokens of their own" in told
    assert ("learn them anew" in told) == learns


def test_a_template_that_ends_no_answer() -> None:
    assert any("where to end" in text for text in template_warnings("auto", "train", tokenizer=family("plain_words")))


def test_what_weights_were_trained_with(tmp_path: Path) -> None:
    base, adapter = tmp_path / "base", tmp_path / "adapter"
    base.mkdir()
    adapter.mkdir()
    write_provenance(base, Provenance(prompt_template="vicuna"))
    assert trained_template(None, str(adapter), str(base)) == "vicuna"
    write_provenance(adapter, Provenance(prompt_template="zephyr"))
    assert trained_template(str(adapter), str(base)) == "zephyr"
    assert trained_template(None, str(tmp_path)) is None


def test_what_a_model_wants() -> None:
    assert recommended_template("meta-llama/Meta-Llama-3-8B-Instruct") == "llama3_chat"
    assert recommended_template("of/nobody", family("gemma")) == "auto"
    assert recommended_template("of/nobody") is None


ALIKE = (
    {"internlm2_chat", "qwen_chat"},
    {"wizardlm", "vicuna"},
    {"deepseek_coder", "deepseekcoder"},
    {"deepseek_moe", "mistral", "mixtral"},
)


@pytest.mark.parametrize("one", TEMPLATE_NAMES)
def test_only_templates_of_the_same_strings_are_the_same(one: str) -> None:
    same = {other for other in TEMPLATE_NAMES if same_markup(get_template(one), get_template(other))}
    assert same == next((names for names in ALIKE if one in names), {one})


WORDS_ALONE = {"chatglm2", "wizardcoder", "wizardlm", "vicuna", "deepseek_coder", "deepseekcoder", "minicpm"}


@pytest.mark.parametrize("name", sorted(set(TEMPLATE_NAMES) - WORDS_ALONE))
def test_markup_of_templates_in_the_data_is_seen(name: str) -> None:
    text = "".join(segment.text for segment in get_template(name).render(dialogue("Q", "A", system="S")))
    assert markup_in(text)


@pytest.mark.parametrize("text", ["a <b>bold</b> word", "x <| y |> z", "a[i] and [INS]", "<html>", "if (a<b || c>d)"])
def test_ordinary_text_has_no_markup(text: str) -> None:
    assert markup_in(text) == []


def test_markup_is_named_once_and_in_order() -> None:
    assert markup_in("<|im_end|> [INST] <|im_end|> <<SYS>>") == ["<|im_end|>", "[INST]", "<<SYS>>"]
