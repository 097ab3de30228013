"""Optimisers go by the names of torch, of bitsandbytes, and by XTuner's spellings."""

from __future__ import annotations

import pytest

from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.training.optimizer_names import _NAMES, optimizer_name

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("AdamW", "adamw_torch_fused"),
        ("adamw_torch", "adamw_torch"),
        ("PagedAdamW32bit", "paged_adamw_32bit"),
        ("PagedAdamW8bit", "paged_adamw_8bit"),
        ("paged_adamw_32bit", "paged_adamw_32bit"),
        ("SGD", "sgd"),
        ("Adafactor", "adafactor"),
    ],
)
def test_a_known_name_is_understood(given: str, meant: str) -> None:
    assert optimizer_name(given) == meant


def test_the_help_names_them_all() -> None:
    told = str(TrainConfig.model_fields["optim_type"].description)
    named = told.removeprefix("The optimiser: ").removesuffix(".").replace(" or ", ", ").split(", ")
    assert named == list(_NAMES)


def test_deepspeed_gets_the_plain_adamw() -> None:
    assert optimizer_name("AdamW", with_deepspeed=True) == "adamw_torch"


def test_an_unknown_name_names_the_nearest() -> None:
    with pytest.raises(WorkbenchError, match="no optimiser AdamWW") as caught:
        optimizer_name("AdamWW")
    assert caught.value.where == "optim_type"
    assert "adamw" in (caught.value.fix or "")


def test_a_name_like_no_other_still_gets_a_mend() -> None:
    with pytest.raises(WorkbenchError) as caught:
        optimizer_name("§§§")
    assert "AdamW" in (caught.value.fix or "")
