"""How a mixture looks in tokens."""

from __future__ import annotations

import pytest

from tests.data.conftest import SAMPLE
from workbench.data.identity.generate import IdentityDataset, generate, literal
from workbench.data.identity.mixture import MixtureTokens, mixture_tokens
from workbench.data.light_tokenizer import LightTokenizer

GENERAL = SAMPLE / "general_dialogue.json"


def by_hand(dataset: IdentityDataset, light: LightTokenizer, *, identity: bool, trained: bool) -> int:
    rows = [row for row, own in zip(dataset.rows, dataset.is_identity, strict=True) if own == identity]
    messages = [message for row in rows for message in row["messages"]]
    return sum(len(light.encode(m["content"])) for m in messages if not trained or m["role"] == "assistant")


def test_every_text_counts_as_often_as_it_stands_in_the_rows(light: LightTokenizer) -> None:
    dataset = generate("小明", count=50, mix=GENERAL, ratio=2)
    assert mixture_tokens(dataset, light) == MixtureTokens(
        identity=by_hand(dataset, light, identity=True, trained=False),
        ordinary=by_hand(dataset, light, identity=False, trained=False),
        identity_trained=by_hand(dataset, light, identity=True, trained=True),
        ordinary_trained=by_hand(dataset, light, identity=False, trained=True),
        is_estimate=False,
    )


def test_answers_without_loss_are_not_trained(light: LightTokenizer) -> None:
    answer = {"role": "assistant", "content": "2"}
    row = {"messages": [{"role": "user", "content": "1+1?"}, {**answer, "loss": False}, answer]}
    tokens = mixture_tokens(IdentityDataset([row], [], [False]), light)
    assert tokens.ordinary_trained == len(light.encode("2"))
    assert tokens.identity == 0 and tokens.identity_share == 0


def test_the_literal_form_is_all_identity(light: LightTokenizer) -> None:
    tokens = mixture_tokens(literal("小明"), light)
    assert tokens.identity_share == 1
    assert tokens.identity % 10_001 == 0


@pytest.mark.parametrize(("content", "count"), [("我叫小明很高兴认识你", 6), ("I am your assistant, glad to help.", 9)])
def test_without_a_tokenizer_the_characters_are_reckoned(content: str, count: int) -> None:
    row = {"messages": [{"role": "assistant", "content": content}]}
    tokens = mixture_tokens(IdentityDataset([row], [], [True]))
    assert tokens.is_estimate and abs(tokens.identity - count) <= 1
    assert tokens.sentence().startswith("About")
