"""Tokens are drawn from the same ones, with the same chances, as by transformers' own three steps."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("temperature", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("top_k", [0, 1, 40, 5000])
@pytest.mark.parametrize("top_p", [0.01, 0.75, 1.0])
def test_the_same_tokens_with_the_same_chances(temperature: float, top_k: int, top_p: float) -> None:
    import torch
    from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

    from workbench.chat.generation import Likeliest
    from workbench.chat.protocol import GenerationSettings

    torch.manual_seed(1)
    scores = torch.randn(1, 2000, dtype=torch.float64) * 4
    with_more = torch.cat([scores, torch.full((1, 7), 1e3, dtype=torch.float64)], dim=-1)
    ids = torch.zeros(1, 3, dtype=torch.long)
    theirs = TemperatureLogitsWarper(temperature)(ids, scores)
    if top_k:
        theirs = TopKLogitsWarper(top_k)(ids, theirs)
    if top_p < 1:
        theirs = TopPLogitsWarper(top_p)(ids, theirs)
    ours = Likeliest(GenerationSettings(temperature=temperature, top_k=top_k, top_p=top_p), 2000)(ids, with_more)
    torch.testing.assert_close(ours.softmax(-1), theirs.softmax(-1))
