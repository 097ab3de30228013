"""The attention kernel: what is asked for, or the fastest that can work, always with the reason."""

from __future__ import annotations

import pytest
import torch

from workbench.configs.model_settings import Attention
from workbench.errors import WorkbenchError
from workbench.models.attention import choose_attention

pytestmark = [pytest.mark.heavy, pytest.mark.skipif(torch.cuda.is_available(), reason="what a CPU can")]


@pytest.mark.parametrize("asked", ["sdpa", "eager"])
def test_what_every_machine_can_is_taken(asked: Attention) -> None:
    choice = choose_attention(asked, torch.float32)
    assert (choice.name, choice.reason) == (asked, "as the config says")


def test_without_a_gpu_torchs_own_is_taken_and_the_reason_told() -> None:
    choice = choose_attention("auto", torch.bfloat16)
    assert (choice.name, choice.reason) == ("sdpa", "there is no GPU")


@pytest.mark.parametrize("asked", ["flash_attention_2", "flash_attention_3", "flex_attention"])
def test_what_needs_a_gpu_is_refused_with_what_works(asked: Attention) -> None:
    with pytest.raises(WorkbenchError, match=f"{asked} cannot be used: there is no GPU") as caught:
        choose_attention(asked, torch.bfloat16)
    assert caught.value.where == "attn_implementation"
    assert "sdpa" in (caught.value.fix or "")
