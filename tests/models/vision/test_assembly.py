"""A language model that sees computes tower, projector and language model one after the other, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import LlavaForConditionalGeneration

from tests.models.vision.tiny import (
    LANGUAGE_CONFIGS,
    PATCHES,
    TOWER_WIDTH,
    VOCABULARY,
    clip_tower,
    language_model,
    picture_pixels,
    sample_tokenizer,
    siglip_tower,
)
from workbench.errors import WorkbenchError
from workbench.models.load import load_language_model
from workbench.models.vision.assembly import assemble, save_language_model
from workbench.models.vision.projector import Projector, read_projector, write_projector
from workbench.models.vision.tower import VisionTower

pytestmark = pytest.mark.heavy
_BEFORE, _AFTER = [1, 40, 41], [50, 51, 52, 53]


def _ids(model: Any) -> torch.Tensor:
    return torch.tensor([[*_BEFORE, *[model.config.image_token_id] * PATCHES, *_AFTER]])


def _by_hand(model: Any, parts: Any, tower: VisionTower, pixels: torch.Tensor) -> torch.Tensor:
    """Tower, projector, embeddings, language model, each called on its own."""
    states = tower.model(pixels, output_hidden_states=True).hidden_states[-2]
    patches = states[:, 1:] if tower.has_class_token else states
    projector = model.model.multi_modal_projector
    weights = [(layer.weight, layer.bias) for layer in (projector.linear_1, projector.linear_2)]
    hidden = torch.nn.functional.gelu(patches @ weights[0][0].T + weights[0][1])
    seen = hidden @ weights[1][0].T + weights[1][1]
    embed = parts.get_input_embeddings()
    whole = torch.cat([embed(torch.tensor([_BEFORE])), seen, embed(torch.tensor([_AFTER]))], dim=1)
    return parts(inputs_embeds=whole).logits


@pytest.mark.parametrize("kind", LANGUAGE_CONFIGS)
@pytest.mark.parametrize("make_tower", [clip_tower, siglip_tower])
@torch.no_grad()
def test_the_logits_are_those_of_the_parts_one_after_the_other(
    kind: str, make_tower: Callable[[], VisionTower]
) -> None:
    pixels = picture_pixels()
    model = assemble(language_model(kind), make_tower(), sample_tokenizer())
    found = model(input_ids=_ids(model), pixel_values=pixels).logits[..., :VOCABULARY]
    torch.testing.assert_close(found, _by_hand(model, language_model(kind), make_tower(), pixels), rtol=1e-5, atol=1e-6)


@torch.no_grad()
def test_text_is_answered_as_the_language_model_alone_does() -> None:
    ids = torch.tensor([[*_BEFORE, *_AFTER]])
    expected = language_model("internlm2")(ids).logits
    model = assemble(language_model("internlm2"), clip_tower(), sample_tokenizer())
    torch.testing.assert_close(model(input_ids=ids).logits[..., :VOCABULARY], expected, rtol=0, atol=0)


@torch.no_grad()
def test_two_pictures_go_to_their_places_in_order() -> None:
    model = assemble(language_model("llama"), clip_tower(), sample_tokenizer())
    one, other = picture_pixels(2)
    ids = torch.cat([_ids(model), _ids(model)], dim=1)
    straight = model(input_ids=ids, pixel_values=torch.stack([one, other])).logits
    swapped = model(input_ids=ids, pixel_values=torch.stack([other, one])).logits
    first = len(_BEFORE) + PATCHES
    alone = model(input_ids=_ids(model), pixel_values=one[None]).logits
    torch.testing.assert_close(straight[:, :first], alone[:, :first], rtol=1e-4, atol=1e-5)
    assert (straight - swapped)[:, first].abs().max() > 1e-3


def test_an_unused_row_of_the_embedding_is_taken_before_one_is_added() -> None:
    tokenizer = sample_tokenizer()
    spare = language_model("llama", vocab_size=VOCABULARY + 7)
    assert assemble(spare, clip_tower(), tokenizer).config.image_token_id == len(tokenizer)
    assert spare.get_input_embeddings().weight.shape[0] == VOCABULARY + 7
    full = language_model("llama")
    before = full.get_input_embeddings().weight.detach().clone()
    model = assemble(full, clip_tower(), tokenizer)
    grown = full.get_input_embeddings().weight
    assert model.config.image_token_id == VOCABULARY
    assert grown.shape[0] == VOCABULARY + 64
    torch.testing.assert_close(grown[:VOCABULARY], before, rtol=0, atol=0)
    torch.testing.assert_close(grown[VOCABULARY:], before.mean(dim=0).expand(64, -1))
    assert "<image>" not in tokenizer.get_vocab()


def test_the_image_token_is_never_said() -> None:
    model = assemble(language_model("llama"), clip_tower(), sample_tokenizer())
    with torch.no_grad():
        model.lm_head.weight[:] = 0
        model.lm_head.weight[model.config.image_token_id] = 5.0
        model.model.language_model.norm.weight[:] = 1.0
    said = model.generate(
        input_ids=_ids(model), pixel_values=picture_pixels(), max_new_tokens=3, do_sample=False, pad_token_id=0
    )
    assert model.config.image_token_id not in said[0, -3:].tolist()


@pytest.mark.parametrize("kind", LANGUAGE_CONFIGS)
@torch.no_grad()
def test_the_language_model_is_written_with_the_vocabulary_it_came_with(kind: str, tmp_path: Path) -> None:
    ids = torch.tensor([[*_BEFORE, *_AFTER]])
    parts = language_model(kind)
    expected = parts(ids).logits
    model = assemble(parts, clip_tower(), sample_tokenizer())
    save_language_model(model, tmp_path)
    again = load_language_model(str(tmp_path), precision="fp32", attn_implementation="eager").eval()
    assert again.config.vocab_size == VOCABULARY
    torch.testing.assert_close(again(ids).logits, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("kind", ["internlm2", "qwen2", "phi3"])
@torch.no_grad()
def test_the_whole_model_comes_back_from_disk(kind: str, tmp_path: Path) -> None:
    model = assemble(language_model(kind), clip_tower(), sample_tokenizer())
    model.save_pretrained(tmp_path)
    again = LlavaForConditionalGeneration.from_pretrained(tmp_path, attn_implementation="eager").eval()
    pixels = picture_pixels()
    expected = model(input_ids=_ids(model), pixel_values=pixels).logits
    torch.testing.assert_close(again(input_ids=_ids(model), pixel_values=pixels).logits, expected, rtol=1e-6, atol=1e-6)


@torch.no_grad()
def test_a_stored_projector_is_put_between_the_models(tmp_path: Path) -> None:
    torch.manual_seed(5)
    first = assemble(language_model("internlm2"), clip_tower(), sample_tokenizer())
    write_projector(first, tmp_path / "projector")
    second = assemble(language_model("internlm2"), clip_tower(), sample_tokenizer(), projector=read_projector(tmp_path))
    pixels = picture_pixels()
    expected = first(input_ids=_ids(first), pixel_values=pixels).logits
    torch.testing.assert_close(second(input_ids=_ids(second), pixel_values=pixels).logits, expected, rtol=0, atol=0)


def _projector(width_in: int, width_out: int) -> Projector:
    weights = {
        "linear_1.weight": torch.zeros(width_out, width_in),
        "linear_2.weight": torch.zeros(width_out, width_out),
    }
    return Projector("stage1/projector", weights, width_in, width_out)


@pytest.mark.parametrize(
    ("projector", "numbers"),
    [(_projector(TOWER_WIDTH + 1, 32), ("25", "tiny-clip has 24")), (_projector(TOWER_WIDTH, 64), ("64", "has 32"))],
)
def test_a_projector_of_another_width_is_refused(projector: Projector, numbers: tuple[str, str]) -> None:
    with pytest.raises(WorkbenchError) as refused:
        assemble(language_model("llama"), clip_tower(), sample_tokenizer(), projector=projector)
    assert refused.value.where == "stage1/projector"
    assert all(number in refused.value.what for number in numbers)


def test_a_layer_that_the_tower_does_not_have_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="3 layers") as refused:
        assemble(language_model("llama"), clip_tower(), sample_tokenizer(), selected_layer=-5)
    assert refused.value.where == "visual_select_layer"


def test_a_language_model_that_llava_would_compute_otherwise_is_refused() -> None:
    model = language_model("llama")
    model.config.final_logit_softcapping = 30.0
    with pytest.raises(WorkbenchError, match="in its own way"):
        assemble(model, clip_tower(), sample_tokenizer())
