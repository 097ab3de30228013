"""Log-probabilities in pieces are those of the whole table of logits, and so are their gradients."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.training.preference.pairs_on_disk import rows_of, write_pairs
from tests.training.runs import tiny_config
from workbench.models.load import load_language_model
from workbench.training.collate import TOKENS, Collator
from workbench.training.head_loss import positions_at_once
from workbench.training.loss import plain_head
from workbench.training.preference.log_probs import Likelihood
from workbench.training.preference.pairs import PairCollator

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """32 pairs, of which more positions are trained than are computed at once."""
    path = write_pairs(tmp_path_factory.mktemp("pairs") / "pairs.jsonl", count=32)
    rows = rows_of(tiny_config(path, stage="dpo"))
    made = PairCollator(Collator(0))([rows[number] for number in range(len(rows))])
    made.pop(TOKENS)
    return made


def test_pieces_make_the_whole(batch: dict[str, Any]) -> None:
    model = load_language_model("sample:model", precision="fp32")
    head = plain_head(model)
    assert head is not None
    seen: list[int] = []

    found = []
    for likelihood in (Likelihood(model, None), Likelihood(model, head)):
        model.zero_grad()
        known = likelihood(model, batch)
        (known.sums * torch.arange(len(known.sums))).sum().backward()
        found.append(
            (known.sums.detach(), known.means.detach(), head.weight.grad, model.model.layers[0].mlp.up_proj.weight.grad)
        )
        seen.append(int(known.trained.sum()))

    assert seen[0] == seen[1] > positions_at_once("cpu")
    for whole, pieces in zip(*found, strict=True):
        assert torch.allclose(whole, pieces, rtol=1e-4, atol=1e-4 * float(whole.abs().max()))


def test_logits_that_are_changed_behind_the_head_are_seen(batch: dict[str, Any]) -> None:
    model = load_language_model("sample:model", precision="fp32").eval()
    head, forward = plain_head(model), model.forward

    def capped(**inputs: Any) -> Any:
        output = forward(**inputs)
        output.logits = 5 * torch.tanh(output.logits / 5)
        if "labels" in inputs:
            output.loss = model.loss_function(output.logits, inputs["labels"], model.config.vocab_size)
        return output

    model.forward = capped
    with torch.no_grad():
        sums = [likelihood(model, batch).sums for likelihood in (Likelihood(model, head), Likelihood(model, None))]

    assert sums[0].equal(sums[1])
