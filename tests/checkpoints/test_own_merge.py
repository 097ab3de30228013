"""An adapter of a model that sees by itself is merged into the files of its base, whatever names these have."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from tests.models.vision.own_models import FAMILIES, write_own_model
from workbench.checkpoints.merge import merge
from workbench.checkpoints.merge_request import MergeRequest
from workbench.configs.method_settings import LoraSettings
from workbench.models.adapters import add_adapter
from workbench.models.vision.open import load_whole, open_whole
from workbench.models.vision.own_parts import language_layers, tower_layers
from workbench.models.vision.sight import joined_inputs

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("kind", FAMILIES)
def test_the_merged_model_is_the_adapted_one(kind: str, tmp_path: Path) -> None:
    base, adapter, merged = (tmp_path / name for name in ("base", "adapter", "merged"))
    write_own_model(kind, base)
    model = load_whole(str(base), precision="fp32")
    torch.manual_seed(3)
    adapted = add_adapter(
        model,
        LoraSettings(r=4, lora_alpha=8, lora_dropout=0.0),
        "lora",
        within=language_layers(model),
        beside={tower_layers(model): LoraSettings(r=2, lora_alpha=8, lora_dropout=0.0)},
    ).eval()
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.3)
    adapted.save_pretrained(adapter)
    merge(MergeRequest(base=str(base), adapter=adapter, target=merged), lambda _done, _total: None)
    seeing = open_whole(str(merged), precision="fp32")
    look = seeing.sight.look(Image.new("RGB", (50, 40), "green"))
    ids = torch.tensor([[1, *look.ids, 60, 61]])
    with torch.no_grad():
        ours = seeing.model(input_ids=ids, **joined_inputs([look], ids)).logits
        theirs = adapted(input_ids=ids, **joined_inputs([look], ids)).logits
        with adapted.disable_adapter():
            before = adapted(input_ids=ids, **joined_inputs([look], ids)).logits
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)
    assert (theirs - before).abs().max() > 1e-2
