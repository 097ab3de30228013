"""PiSSA takes a part out of the base while it trains; what is saved works on the base as everybody has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tests.checkpoints.tiny import save_base, tiny_model
from workbench.checkpoints.merge import merge
from workbench.checkpoints.merge_request import MergeRequest
from workbench.configs.method_settings import LoraSettings
from workbench.models.adapters import add_adapter, load_adapter
from workbench.models.load import load_language_model
from workbench.models.principal import beginning_in, factors_of, go_on_from, save_as_plain

pytestmark = pytest.mark.heavy
TOKENS = torch.arange(3, 20).view(1, 17)
WAYS: dict[str, dict[str, Any]] = {
    "pissa": {"init_lora_weights": "pissa"},
    "fast, rsLoRA": {"init_lora_weights": "pissa_niter_4", "use_rslora": True},
    "DoRA": {"init_lora_weights": "pissa", "use_dora": True},
}


def settings(way: str, **changes: Any) -> LoraSettings:
    return LoraSettings.model_validate({"r": 3, "lora_alpha": 7, "lora_dropout": 0.0, **WAYS[way], **changes})


@pytest.fixture(params=list(WAYS))
def trained(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Any, Path]:
    """A way, a model that was trained so, and the checkpoint of it."""
    model = add_adapter(tiny_model(), settings(request.param), "lora").eval()
    beginning = factors_of(model)
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter += torch.randn_like(parameter) * 0.1
    model.save_pretrained(tmp_path / "adapter")
    save_as_plain(tmp_path / "adapter", beginning)
    return request.param, model, tmp_path / "adapter"


@torch.no_grad()
def test_the_model_is_the_same_before_the_first_step() -> None:
    expected = tiny_model().eval()(input_ids=TOKENS).logits
    for way in WAYS:
        begun = add_adapter(tiny_model(), settings(way), "lora").eval()
        torch.testing.assert_close(begun(input_ids=TOKENS).logits, expected)
        layer = begun.get_base_model().model.layers[0].mlp.down_proj
        assert not torch.allclose(layer.base_layer.weight, tiny_model().model.layers[0].mlp.down_proj.weight)


@torch.no_grad()
def test_a_saved_adapter_works_on_the_original_base(trained: tuple[str, Any, Path], tmp_path: Path) -> None:
    """In chat, and merged."""
    _way, model, folder = trained
    expected = model(input_ids=TOKENS).logits
    assert not torch.allclose(tiny_model().eval()(input_ids=TOKENS).logits, expected)
    torch.testing.assert_close(load_adapter(tiny_model(), folder).eval()(input_ids=TOKENS).logits, expected)
    base = save_base(tmp_path / "base")
    merged = merge(MergeRequest(str(base), folder, tmp_path / "merged"), lambda _done, _total: None).folder
    loaded = load_language_model(str(merged), precision="fp32").eval()
    torch.testing.assert_close(loaded(input_ids=TOKENS).logits, expected, rtol=1e-4, atol=1e-5)


def test_training_goes_on_with_the_very_same_weights(trained: tuple[str, Any, Path], tmp_path: Path) -> None:
    way, model, folder = trained
    again = add_adapter(tiny_model(), settings(way, init_lora_weights="default"), "lora")
    go_on_from(again, folder)
    before, after = model.state_dict(), again.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    again.save_pretrained(tmp_path / "again")
    save_as_plain(tmp_path / "again", beginning_in(folder))
    saved, twice = (load_file(path / "adapter_model.safetensors") for path in (folder, tmp_path / "again"))
    assert all(torch.equal(saved[name], twice[name]) for name in saved)
