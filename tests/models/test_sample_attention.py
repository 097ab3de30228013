"""Samples behind each other in one row are computed as if each were alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from tests.checkpoints.tiny import tiny_model
from workbench.data.encode import NOT_TRAINED
from workbench.data.pack import Packed
from workbench.models.sample_attention import takes_sample_lengths
from workbench.training.collate import TOKENS, Collator

pytestmark = pytest.mark.heavy
SIZES: dict[str, Any] = {
    "vocab_size": 40,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
    "attn_implementation": "sdpa",
}
FAMILIES = ("llama", "qwen2", "qwen3", "mistral", "phi3", "glm4", "smollm3", "gemma")
ROWS = [
    Packed([5, 6, 7, 8, 9, 3, 2], [5, 6, 7, 8, 9, 3, 2], [7]),
    Packed([4, 3, 2], [NOT_TRAINED, 3, 2], [3]),
    Packed([9, 9, 1, 7, 6], [9, 9, 1, 7, 6], [2, 3]),
]


def model_of(family: str, **changes: Any) -> Any:
    torch.manual_seed(1)
    return AutoModelForCausalLM.from_config(AutoConfig.for_model(family, **SIZES | changes))


def summed_loss(model: Any, batch: dict[str, Any]) -> torch.Tensor:
    del batch[TOKENS]
    loss: torch.Tensor = model(**batch, num_items_in_batch=torch.tensor(1)).loss
    return loss


def in_one_row(rows: list[Packed], *, apart: bool = False) -> dict[str, Any]:
    return Collator(0, separate_samples=apart, one_row=True, gives_lengths=True)(rows)


@pytest.mark.parametrize("family", FAMILIES)
def test_one_row_has_the_loss_of_padded_rows(family: str) -> None:
    model = model_of(family, sliding_window=None) if family == "mistral" else model_of(family)
    assert takes_sample_lengths(model)
    expected = summed_loss(model, Collator(0)(ROWS))
    assert expected > 20
    torch.testing.assert_close(summed_loss(model, in_one_row(ROWS)), expected)


def test_it_is_so_for_a_model_of_ours_and_its_gradients() -> None:
    gradients = []
    for batch in (Collator(0)(ROWS), in_one_row(ROWS)):
        model = tiny_model()
        assert takes_sample_lengths(model)
        summed_loss(model, batch).backward()
        gradients.append([value.grad for value in model.parameters()])
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other)


def test_samples_of_a_pack_do_not_see_each_other_if_they_are_apart() -> None:
    model = model_of("llama")
    takes_sample_lengths(model)
    alone = [Packed([9, 9], [9, 9], [2]), Packed([1, 7, 6], [1, 7, 6], [3])]
    together = summed_loss(model, in_one_row([ROWS[2]]))
    apart = summed_loss(model, in_one_row([ROWS[2]], apart=True))
    torch.testing.assert_close(apart, summed_loss(model, Collator(0)(alone)))
    assert abs(apart.item() - together.item()) > 0.1


def test_a_model_with_a_window_or_another_attention_keeps_its_own() -> None:
    assert not takes_sample_lengths(model_of("mistral", sliding_window=8))
    assert not takes_sample_lengths(model_of("gemma3_text"))
    assert not takes_sample_lengths(model_of("llama", attn_implementation="eager"))


def test_what_is_not_told_lengths_is_computed_as_ever() -> None:
    model, ids = model_of("llama"), torch.tensor([[1, 2, 3, 4]])
    before = model(ids).logits
    takes_sample_lengths(model)
    torch.testing.assert_close(model(ids).logits, before)
    assert model.generate(ids, max_new_tokens=3, do_sample=False).shape == (1, 7)
