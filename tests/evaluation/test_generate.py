"""Answers are the model's most likely ones, however they are asked for, and the model does not notice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import torch

from tests.evaluation.conftest import Sample
from workbench.configs.evaluation_rules import PROBE_MAX_NEW_TOKENS
from workbench.data.probes import read_probes
from workbench.data.templates import template_for_model
from workbench.evaluation.generate import generate_answers
from workbench.evaluation.open_model import open_model
from workbench.evaluation.question_set import Answer
from workbench.evaluation.request import ModelToScore
from workbench.evaluation.scores import score
from workbench.models.load import load_language_model
from workbench.paths import resolve_model

pytestmark = pytest.mark.heavy
QUESTIONS = [
    "What is 3 plus 5?",
    "你是谁？",
    "星期六的前一天是星期几？",
    "What is the opposite of new?",
    "Hi",
    "Please tell me what color the sun is, if you know it.",
]
"""Of different lengths, so that a batch of them is padded."""


def test_answers_in_a_batch_equal_those_given_one_by_one(sample: Sample) -> None:
    one_by_one = [sample.answers([question])[0] for question in QUESTIONS]
    assert len(set(one_by_one)) == len(QUESTIONS)
    assert sample.answers(QUESTIONS) == one_by_one
    assert sample.answers(QUESTIONS, batch_size=4) == one_by_one


def test_the_sample_model_knows_what_is_tested_for_retention(sample: Sample) -> None:
    probes = read_probes(Path(resolve_model("sample:retention.probes.json")))[::3]
    answers = sample.answers([probe.question for probe in probes], max_new_tokens=PROBE_MAX_NEW_TOKENS)
    assert len(probes) > 50
    assert score(probes, answers).value >= 0.95


def test_an_answer_ends_without_marks(sample: Sample) -> None:
    assert sample.answers(["What is 3 plus 5?"]) == ["3 plus 5 is 8."]


def test_an_answer_that_has_not_ended_where_it_must_is_cut(sample: Sample) -> None:
    (said,) = sample.answers(["What is 3 plus 5?"])
    length = len(sample.tokenizer.encode(said, add_special_tokens=False))
    asked = sample.model, sample.tokenizer, sample.template, ["What is 3 plus 5?"]
    (short,), (whole,) = (generate_answers(*asked, max_new_tokens=most) for most in (3, length + 1))
    assert said.startswith(short.text) and len(short.text) < len(said)
    assert (short.is_cut, whole) == (True, Answer(said, is_cut=False))
    (stopped,) = generate_answers(*asked, stop_words=[" is"], max_new_tokens=5)
    assert stopped == Answer("3 plus 5", is_cut=False)


def test_no_questions_are_no_work(sample: Sample) -> None:
    assert sample.answers([]) == []


def test_a_stop_word_of_several_tokens_ends_an_answer(sample: Sample) -> None:
    template = replace(sample.template, stop_words=("<|im_end|>", " is"))
    assert len(sample.tokenizer.encode(" is 8", add_special_tokens=False)) > 1
    several = replace(sample.template, stop_words=("<|im_end|>", " is 8"))
    assert sample.answers(["What is 3 plus 5?"], template=template) == ["3 plus 5"]
    assert sample.answers(["What is 3 plus 5?"], template=several) == ["3 plus 5"]


def test_further_stop_words_end_an_answer_too(sample: Sample) -> None:
    assert sample.answers(["What is 3 plus 5?"], stop_words=[" is 8"]) == ["3 plus 5"]


def test_a_system_text_is_for_all_questions_or_for_each(sample: Sample) -> None:
    systems = ["", "Answer in the voice of a pirate.", ""]
    asked = ["Hi", "Hi", "What is 3 plus 5?"]
    each = sample.answers(asked, system=systems)
    alone = [sample.answers([question], system=text)[0] for question, text in zip(asked, systems, strict=True)]
    assert each == alone
    assert sample.answers(asked[1:2], system=systems[1]) == alone[1:2]


def test_as_many_system_texts_as_questions_are_needed(sample: Sample) -> None:
    with pytest.raises(ValueError, match="argument"):
        sample.answers(["Hi", "Hi"], system=["one"])


@pytest.mark.parametrize("training", [True, False])
def test_the_model_is_left_as_it_was_found(training: bool, sample: Sample) -> None:
    sample.model.train(training)
    sample.model.config.use_cache = False
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    try:
        assert sample.answers(["What is 3 plus 5?"]) == ["3 plus 5 is 8."]
        assert torch.equal(torch.rand(2), expected)
        assert (sample.model.training, sample.model.config.use_cache) == (training, False)
        assert torch.is_grad_enabled()
        assert all(parameter.grad is None for parameter in sample.model.parameters())
    finally:
        sample.model.config.use_cache = True
        sample.model.eval()


def test_dropout_does_not_reach_an_answer(sample: Sample) -> None:
    shaken = load_language_model("sample:model", precision="fp32")
    for layer in shaken.model.layers:
        layer.self_attn.attention_dropout = 0.9
    shaken.train()
    assert replace(sample, model=shaken).answers(QUESTIONS) == sample.answers(QUESTIONS)


@pytest.mark.parametrize("bits, kind", [(4, "Linear4bit"), (8, "Linear8bitLt")])
def test_a_model_in_few_bits_is_asked_too(bits: Literal[4, 8], kind: str) -> None:
    wanted = ModelToScore(label="few", model="sample:model", prompt_template="internlm2_chat", bits=bits)
    opened = open_model(wanted)
    assert kind in {type(module).__name__ for module in opened.model.modules()}
    template = template_for_model("internlm2_chat", Path(resolve_model("sample:model")))
    (answer,) = generate_answers(
        opened.model, opened.tokenizer, template, ["What is 3 plus 5?"], max_new_tokens=PROBE_MAX_NEW_TOKENS
    )
    assert answer.text == "3 plus 5 is 8."
