"""The loss is the same when it is computed only where there is one."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn.functional import cross_entropy, linear
from transformers import Gemma2Config, Gemma2ForCausalLM

from tests.checkpoints.tiny import tiny_model
from workbench.data.encode import NOT_TRAINED
from workbench.data.pack import Packed
from workbench.training.collate import TOKENS, Collator
from workbench.training.head_loss import HeadLoss
from workbench.training.loss import (
    loss_in_head,
    only_trained_positions,
    passes_logits_on,
    plain_head,
    takes_logits_to_keep,
)

pytestmark = pytest.mark.heavy
NO = NOT_TRAINED
ROWS = [
    Packed([1, 5, 6, 7, 8, 9], [NO, NO, NO, 7, 8, NO], [6]),
    Packed([1, 4, 3, 2], [NO, NO, NO, 2], [4]),
    Packed([1, 9, 9], [NO, NO, NO], [3]),
]


def batch_of(*rows: Packed) -> dict[str, Any]:
    batch = Collator(pad_id=0)(rows)
    del batch[TOKENS]
    return batch


def loss_and_gradients(inputs: dict[str, Any]) -> tuple[torch.Tensor, list[torch.Tensor]]:
    model = tiny_model()
    loss = model(**inputs).loss
    loss.backward()
    return loss.detach(), [value.grad for value in model.parameters() if value.grad is not None]


def test_loss_and_gradients_equal_those_of_all_positions() -> None:
    loss, gradients = loss_and_gradients(batch_of(*ROWS))
    short_loss, short_gradients = loss_and_gradients(only_trained_positions(batch_of(*ROWS)))
    assert loss > 1
    torch.testing.assert_close(short_loss, loss)
    assert len(gradients) == len(short_gradients) > 10
    for one, other in zip(short_gradients, gradients, strict=True):
        torch.testing.assert_close(one, other)


def test_only_positions_before_a_trained_token_are_kept() -> None:
    inputs = only_trained_positions(batch_of(*ROWS))
    assert inputs["logits_to_keep"].tolist() == [2, 3]
    assert inputs["shift_labels"].tolist() == [[7, 8], [2, NO], [NO, NO]]
    assert tiny_model()(**inputs).logits.shape[1] == 2


def test_a_batch_without_anything_trained_keeps_its_graph() -> None:
    inputs = only_trained_positions(batch_of(ROWS[2]))
    assert inputs["logits_to_keep"].tolist() == [0]
    assert inputs["shift_labels"].tolist() == [[NO]]
    assert tiny_model()(**inputs).logits.requires_grad


def test_the_inputs_themselves_are_not_changed() -> None:
    batch = batch_of(*ROWS)
    only_trained_positions(batch)
    assert set(batch) == {"input_ids", "labels"}


def test_a_model_that_cannot_choose_positions_is_recognised() -> None:
    assert takes_logits_to_keep(tiny_model())
    assert not takes_logits_to_keep(torch.nn.Linear(1, 1))


def test_the_loss_in_the_head_has_the_value_and_gradients_of_that_of_all_logits() -> None:
    expected, gradients = loss_and_gradients(batch_of(*ROWS))
    model, inputs = tiny_model(), batch_of(*ROWS)
    head = plain_head(model)
    assert head is not None
    with loss_in_head(model, head, inputs):
        output = model(**inputs)
    output.loss.backward()
    assert output.logits.numel() == 1, "no table of logits"
    torch.testing.assert_close(output.loss.detach(), expected)
    for one, other in zip((value.grad for value in model.parameters()), gradients, strict=True):
        torch.testing.assert_close(one, other)


def test_a_row_of_nothing_but_questions_has_no_loss_and_a_graph() -> None:
    model, inputs = tiny_model(), batch_of(ROWS[2])
    head = plain_head(model)
    assert head is not None
    with loss_in_head(model, head, inputs):
        loss = model(**inputs).loss
    loss.backward()
    assert loss.item() == 0
    assert all(value.grad is not None and not value.grad.any() for value in model.parameters())


def test_afterwards_the_head_gives_logits_again() -> None:
    model, inputs = tiny_model(), batch_of(*ROWS)
    head = plain_head(model)
    assert head is not None
    with loss_in_head(model, head, inputs):
        model(**inputs)
    assert model(**inputs).logits.shape[-1] == model.config.vocab_size


def test_pieces_make_the_whole_and_a_bias_is_added() -> None:
    generator = torch.Generator().manual_seed(3)
    hidden, weight, bias = (
        torch.randn(size, generator=generator).requires_grad_() for size in ((600, 8), (40, 8), (40,))
    )
    targets = torch.randint(0, 40, (600,), generator=generator)
    targets[::7] = NO
    usual = cross_entropy(linear(hidden, weight, bias), targets, reduction="sum", ignore_index=NO)
    expected = torch.autograd.grad(usual, (hidden, weight, bias))
    total = HeadLoss.apply(hidden, weight, bias, targets)
    torch.testing.assert_close(total, usual)
    for one, other in zip(torch.autograd.grad(total, (hidden, weight, bias)), expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("cap", "same"), [(None, True), (1000.0, False)])
def test_a_model_that_caps_its_logits_is_told_apart_even_if_the_cap_is_far_away(cap: float | None, same: bool) -> None:
    config = Gemma2Config(
        vocab_size=40,
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        pad_token_id=0,
        final_logit_softcapping=cap,
        attn_implementation="eager",
    )
    model = Gemma2ForCausalLM(config)
    head = plain_head(model)
    assert head is not None
    assert passes_logits_on(model, head, lambda: model(**batch_of(*ROWS))) == same
    assert model(**batch_of(*ROWS)).logits.shape[-1] == 40, "the head is its own again"


def test_a_head_with_an_adapter_is_left_alone() -> None:
    model = tiny_model()
    model.lm_head = torch.nn.Sequential(model.lm_head)
    assert plain_head(model) is None
