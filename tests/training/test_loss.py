"""The loss is the same when it is computed only where there is one."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.checkpoints.tiny import tiny_model
from workbench.data.encode import NOT_TRAINED
from workbench.data.pack import Packed
from workbench.training.collate import TOKENS, Collator
from workbench.training.loss import only_trained_positions, takes_logits_to_keep

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
