"""A LLaVA folder and its bases become one model, which answers as its parts do together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from peft import PeftModel
from PIL import Image
from safetensors.torch import load_file
from transformers import AutoProcessor, LlavaForConditionalGeneration

from tests.checkpoints.seeing import (
    Way,
    logits,
    logits_of_parts,
    save_checkpoint,
    save_language_base,
    save_tower_base,
)
from tests.models.vision.tiny import sample_tokenizer, siglip_tower
from workbench.checkpoints.llava.merge import merge_llava
from workbench.checkpoints.merge_request import Merged, MergeRequest
from workbench.checkpoints.model_files import open_folder
from workbench.configs.provenance import read_provenance
from workbench.data.conversation import Turn
from workbench.data.encode import encode_prompt
from workbench.data.templates import get_template
from workbench.models.load import load_language_model
from workbench.models.vision.open import open_seeing, open_whole
from workbench.models.vision.sight import with_looks
from workbench.weights.seeing import seeing_folder

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tower_base(tmp_path_factory.mktemp("tower"))


def merge_in_fp32(checkpoint: Path, target: Path, **settings: Any) -> Merged:
    settings = {"base": "", "dtype": "fp32"} | settings
    return merge_llava(MergeRequest(adapter=checkpoint, target=target, **settings), lambda _done, _total: None)


def opened(folder: Path) -> Any:
    return LlavaForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()


@pytest.mark.parametrize(
    ("language", "vision"), [("frozen", "frozen"), ("lora", "lora"), ("frozen", "full"), ("full", "lora")]
)
def test_one_model_gives_the_logits_of_its_parts(language: Way, vision: Way, tower: Path, tmp_path: Path) -> None:
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", "sample:model", tower, language=language, vision=vision)
    made = merge_in_fp32(checkpoint, tmp_path / "merged")
    model = opened(made.folder)
    assert type(model.model.language_model).__name__ == "LlamaModel"
    torch.testing.assert_close(logits(model), logits_of_parts(checkpoint), rtol=1e-5, atol=5e-5)
    torch.testing.assert_close(
        logits(open_whole(str(made.folder), precision="fp32").model), logits(model), rtol=1e-5, atol=1e-5
    )


@pytest.mark.parametrize("kind", ["internlm2", "llama", "mistral", "phi3", "qwen2", "qwen3"])
def test_every_kind_of_language_model(kind: str, tower: Path, tmp_path: Path) -> None:
    base = save_language_base(tmp_path / kind, kind)
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", str(base), tower)
    model = opened(merge_in_fp32(checkpoint, tmp_path / "merged").folder)
    torch.testing.assert_close(logits(model), logits_of_parts(checkpoint), rtol=1e-5, atol=1e-5)


def test_internlm2_with_biases(tower: Path, tmp_path: Path) -> None:
    base = save_language_base(tmp_path / "base", "internlm2", bias=True)
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", str(base), tower, language="full")
    model = opened(merge_in_fp32(checkpoint, tmp_path / "merged").folder)
    assert model.config.text_config.attention_bias
    torch.testing.assert_close(logits(model), logits_of_parts(checkpoint), rtol=1e-5, atol=1e-5)


def test_a_siglip_tower_and_another_layer(tmp_path: Path) -> None:
    tower = save_tower_base(tmp_path / "tower", siglip_tower())
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", "sample:model", tower, visual_select_layer=-1)
    model = opened(merge_in_fp32(checkpoint, tmp_path / "merged").folder)
    assert (model.config.vision_feature_layer, model.config.vision_feature_select_strategy) == (-1, "full")
    torch.testing.assert_close(logits(model), logits_of_parts(checkpoint), rtol=1e-5, atol=1e-5)


def test_the_language_model_inside_is_what_peft_merges(tower: Path, tmp_path: Path) -> None:
    base = save_language_base(tmp_path / "base", "llama")
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", str(base), tower)
    merged = open_folder(merge_in_fp32(checkpoint, tmp_path / "merged", dtype="auto").folder).stored
    by_peft = PeftModel.from_pretrained(
        load_language_model(str(base), precision="fp32"), str(checkpoint / "llm_adapter")
    ).merge_and_unload()
    for name, tensor in by_peft.state_dict().items():
        assert torch.equal(merged[f"language_model.{name}"].load()[: len(tensor)], tensor), name


@pytest.mark.parametrize("pads", [True, False])
def test_the_processor_gives_what_training_gave(tower: Path, tmp_path: Path, *, pads: bool) -> None:
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", "sample:model", tower, pad_image_to_square=pads)
    folder = merge_in_fp32(checkpoint, tmp_path / "merged").folder
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 70, 3), dtype=np.uint8))
    content = [{"type": "image", "image": picture}, {"type": "text", "text": "What is it?"}]
    processor = AutoProcessor.from_pretrained(folder)
    given = processor.apply_chat_template(
        [{"role": "system", "content": "Be kind."}, {"role": "user", "content": content}],
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        add_generation_prompt=True,
    )
    tokenizer = sample_tokenizer()
    turns = [Turn("system", "Be kind."), Turn("user", "<image>\nWhat is it?", images=("picture",))]
    parts = open_seeing(
        seeing_folder(checkpoint), lambda name: load_language_model(name, precision="fp32"), tokenizer, precision="fp32"
    )
    look = parts.sight.look(picture)
    ids = with_looks(encode_prompt(turns, get_template("internlm2_chat", tokenizer), tokenizer), [look])
    image_id = processor.tokenizer.convert_tokens_to_ids("<image>")
    assert [-1 if token == image_id else token for token in given["input_ids"][0].tolist()] == [
        -1 if token == parts.model.config.image_token_id else token for token in ids
    ]
    assert torch.equal(given["pixel_values"], look.inputs["pixel_values"])
    model = opened(folder)
    answer = model.generate(**given, max_new_tokens=4)
    assert image_id not in answer[0, given["input_ids"].shape[1] :]


def test_what_the_folder_says_of_itself(tower: Path, tmp_path: Path) -> None:
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", "sample:model", tower, method="qlora")
    made = merge_in_fp32(checkpoint, tmp_path / "merged")
    known = read_provenance(made.folder)
    assert known is not None
    assert (known.base_model, known.visual_encoder) == ("sample:model", str(tower))
    assert (known.prompt_template, known.visual_select_layer, known.pad_image_to_square) == ("internlm2_chat", -2, True)
    assert "4 bits" in known.notes[0]
    assert "4 bits" in made.notes[0]
    ends = json.loads((made.folder / "generation_config.json").read_text())["eos_token_id"]
    assert sample_tokenizer().convert_tokens_to_ids("<|im_end|>") in ends
    assert made.is_language_model


def test_an_embedding_trained_whole_is_no_longer_tied(tower: Path, tmp_path: Path) -> None:
    base = save_language_base(tmp_path / "base", "qwen2")
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", str(base), tower)
    settings_path = checkpoint / "llm_adapter" / "adapter_config.json"
    settings = json.loads(settings_path.read_text()) | {"modules_to_save": ["lm_head"]}
    settings_path.write_text(json.dumps(settings))
    from safetensors.torch import save_file

    weights = load_file(checkpoint / "llm_adapter" / "adapter_model.safetensors")
    weights["base_model.model.lm_head.weight"] = torch.ones(2048, 32)
    save_file(weights, checkpoint / "llm_adapter" / "adapter_model.safetensors")
    model = opened(merge_in_fp32(checkpoint, tmp_path / "merged").folder)
    assert torch.equal(model.lm_head.weight[:2048], torch.ones(2048, 32))
    assert not torch.equal(model.get_input_embeddings().weight[:2048], torch.ones(2048, 32))


def test_the_layout_of_the_llava_project(tower: Path, tmp_path: Path) -> None:
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", "sample:model", tower, pad_image_to_square=False)
    made = merge_in_fp32(checkpoint, tmp_path / "official", save_format="official")
    assert not made.is_language_model
    whole = open_folder(merge_in_fp32(checkpoint, tmp_path / "merged").folder).stored
    held = open_folder(made.folder).stored
    pairs = {
        "model.mm_projector.0.weight": "multi_modal_projector.linear_1.weight",
        "model.layers.1.self_attn.k_proj.weight": "language_model.model.layers.1.self_attn.k_proj.weight",
        "model.vision_tower.vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight": (
            "vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight"
        ),
    }
    for one, other in pairs.items():
        assert torch.equal(held[one].load(), whole[other].load())
    config = json.loads((made.folder / "config.json").read_text())
    assert (config["image_aspect_ratio"], config["mm_projector_type"], config["unfreeze_mm_vision_tower"]) == (
        "square",
        "mlp2x_gelu",
        True,
    )


def test_a_merge_that_was_interrupted_goes_on(tower: Path, tmp_path: Path) -> None:
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", "sample:model", tower)
    whole = merge_in_fp32(checkpoint, tmp_path / "whole", max_shard_bytes=10**6).folder

    def stop_half_way(done: int, total: int) -> None:
        if done > total // 2:
            raise KeyboardInterrupt

    request = MergeRequest("", checkpoint, tmp_path / "merged", dtype="fp32", max_shard_bytes=10**6)
    with pytest.raises(KeyboardInterrupt):
        merge_llava(request, stop_half_way)
    assert not (tmp_path / "merged").exists()
    seen: list[int] = []
    merge_llava(request, lambda done, _total: seen.append(done))
    assert seen[0] > 10**6
    for path in whole.glob("*.safetensors"):
        assert (tmp_path / "merged" / path.name).read_bytes() == path.read_bytes()
