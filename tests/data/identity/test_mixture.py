"""How a mixture looks in tokens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.data.conftest import SAMPLE
from workbench.data.checks import Measure, check_data
from workbench.data.identity.generate import IdentityDataset, generate, literal
from workbench.data.identity.mixture import mixture_tokens
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.templates import get_template

GENERAL = SAMPLE / "general_dialogue.json"


def measure(light: LightTokenizer) -> Measure:
    return Measure("sample:model", light, get_template("internlm2_chat", light), max_length=256)


def test_the_tokens_are_those_that_a_check_of_the_written_rows_counts(light: LightTokenizer, tmp_path: Path) -> None:
    dataset = generate("小明", count=50, mix=GENERAL, ratio=2)
    tokens = mixture_tokens(dataset, measure(light))
    path = tmp_path / "identity.json"
    path.write_text(json.dumps(dataset.rows))
    report = check_data(str(path), measure=measure(light))
    assert report.lengths is not None
    assert tokens.identity + tokens.ordinary == report.tokens
    assert tokens.identity_trained + tokens.ordinary_trained == report.lengths.trained
    assert 0 < tokens.identity < tokens.ordinary and not tokens.is_estimate


def test_answers_without_loss_are_not_trained(light: LightTokenizer) -> None:
    answer = {"role": "assistant", "content": "2"}
    row = {"messages": [{"role": "user", "content": "1+1?"}, {**answer, "loss": False}, answer]}
    tokens = mixture_tokens(IdentityDataset([row], [], [False]), measure(light))
    assert tokens.ordinary_trained < len(light.encode("2<|im_end|>")) + 2
    assert tokens.identity == 0 and tokens.identity_share == 0


def test_the_literal_form_is_all_identity(light: LightTokenizer) -> None:
    tokens = mixture_tokens(literal("小明"), measure(light))
    assert tokens.identity_share == 1
    assert tokens.identity % 10_001 == 0


@pytest.mark.parametrize(("content", "count"), [("我叫小明很高兴认识你", 6), ("I am your assistant, glad to help.", 9)])
def test_without_a_tokenizer_the_characters_are_reckoned(content: str, count: int) -> None:
    row = {"messages": [{"role": "assistant", "content": content}]}
    tokens = mixture_tokens(IdentityDataset([row], [], [True]))
    assert tokens.is_estimate and abs(tokens.identity - count) <= 1
    assert tokens.sentence().startswith("About")
