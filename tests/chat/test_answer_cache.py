"""The room for tokens to come changes nothing of what is kept of those before."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.heavy


def test_keys_and_values_are_those_of_all_tokens_so_far() -> None:
    import torch

    from workbench.chat.answer_cache import GrowingLayer

    layer, keys, values = GrowingLayer(), torch.empty(1, 2, 0, 4), torch.empty(1, 2, 0, 4)
    for new in (300, 1, 1, 254, 1, 1000, 1):
        keys = torch.cat([keys, torch.randn(1, 2, new, 4)], dim=2)
        values = torch.cat([values, torch.randn(1, 2, new, 4)], dim=2)
        kept = layer.update(keys[:, :, -new:], values[:, :, -new:])
        assert torch.equal(kept[0], keys) and torch.equal(kept[1], values)
        assert layer.get_seq_length() == keys.shape[2]
        assert torch.equal(layer.keys, keys) and torch.equal(layer.values, values), "some models look at them"


def test_tokens_can_be_taken_back() -> None:
    import torch

    from workbench.chat.answer_cache import GrowingLayer

    layer, keys = GrowingLayer(), torch.randn(1, 2, 9, 4)
    layer.update(keys, keys)
    layer.crop(-3)
    kept, _values = layer.update(keys[:, :, :1], keys[:, :, :1])
    assert torch.equal(kept, torch.cat([keys[:, :, :6], keys[:, :, :1]], dim=2))


def test_an_answer_is_the_one_of_plain_generate() -> None:
    """In more tokens than there was room for at first."""
    import torch

    from workbench.chat.answer_cache import answer_cache
    from workbench.models.load import load_language_model

    model = load_language_model("sample:model", method="full", precision="auto").eval()
    ids = torch.arange(5, 35)[None]
    options = {"attention_mask": torch.ones_like(ids), "max_new_tokens": 300, "do_sample": False, "eos_token_id": None}
    with torch.inference_mode():
        ours = model.generate(input_ids=ids, **options, **answer_cache(model))
        theirs = model.generate(input_ids=ids, **options)
    assert ours.shape == (1, 330)
    assert torch.equal(ours, theirs)
