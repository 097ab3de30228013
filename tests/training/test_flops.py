"""Model FLOPs utilisation: what a loaded model needs for a token."""

from __future__ import annotations

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from workbench.configs.flops import ModelFlops
from workbench.training.flops import Utilisation, model_flops, utilisation

pytestmark = pytest.mark.heavy


def model(**changes: object) -> LlamaForCausalLM:
    sizes = {"hidden_size": 32, "num_attention_heads": 4, "num_hidden_layers": 3, "intermediate_size": 64}
    return LlamaForCausalLM(LlamaConfig(vocab_size=100, **sizes, **changes))  # type: ignore[arg-type]


def test_all_weights_but_the_input_embedding_are_counted() -> None:
    """Six operations for each trained weight and token, four for each frozen one."""
    some = model()
    found = model_flops(some)
    total = sum(parameter.numel() for parameter in some.parameters()) - 100 * 32
    assert found == ModelFlops(total, total, layers=3, width=32)
    some.requires_grad_(False)
    frozen = model_flops(some)
    assert frozen is not None
    assert frozen.per_token(0) == 4 * total
    assert found.per_token(10) == 6 * total + 6 * 3 * 32 * 10


def test_a_tied_embedding_is_the_head() -> None:
    some = model(tie_word_embeddings=True)
    found = model_flops(some)
    assert found is not None
    assert found.parameters == sum(parameter.numel() for parameter in some.parameters())


def test_the_share_is_of_all_devices() -> None:
    assert Utilisation(per_token=2e9, peak=4e12).share(1000) == 0.5


@pytest.mark.skipif(torch.cuda.is_available(), reason="of a CPU")
def test_of_a_cpu_nothing_is_said() -> None:
    assert utilisation(model(), "bf16", length=10, devices=1) is None
