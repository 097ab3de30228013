"""Checkpoints of LLaVA models become the parts that XTuner writes, or one model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer, CLIPVisionModel, LlamaForCausalLM, LlavaForConditionalGeneration

from tests.checkpoints.tiny import save_base
from tests.checkpoints.xtuner import llava_config, lora_tensors, lora_text, projector_tensors, save_pth
from workbench.checkpoints.llava.tower import vision_tensors
from workbench.checkpoints.merge import merge
from workbench.checkpoints.merge_request import MergeRequest
from workbench.checkpoints.model_files import open_folder
from workbench.checkpoints.pth.convert import convert_pth
from workbench.checkpoints.pth.request import PthRequest
from workbench.errors import WorkbenchError

pytestmark = pytest.mark.heavy

LANGUAGE_ENDS = ("q_proj", "k_proj", "o_proj", "gate_proj")
VISION_ENDS = ("q_proj", "fc1", "out_proj")


def ignore(done: int, total: int) -> None:
    """No progress wanted."""


def stored(folder: Path) -> dict[str, torch.Tensor]:
    return {name: tensor.load() for name, tensor in open_folder(folder).stored.items()}


def convert(state: dict[str, torch.Tensor], tmp_path: Path, **settings: Any) -> Path:
    pth = save_pth(tmp_path / "iter_12.pth", state)
    return convert_pth(PthRequest(pth=pth, target=tmp_path / "result", **settings), ignore).folder


@pytest.fixture
def adapters(llama: Path, clip: Path) -> dict[str, torch.Tensor]:
    """What a finetuning with two adapters saves."""
    return (
        lora_tensors("llm", stored(llama), LANGUAGE_ENDS)
        | lora_tensors("visual_encoder", stored(clip), VISION_ENDS)
        | projector_tensors(16, 24)
    )


def test_a_pretraining_gives_a_projector(llama: Path, clip: Path, tmp_path: Path) -> None:
    state = projector_tensors(16, 24)
    folder = convert(state, tmp_path, config=str(llava_config(tmp_path, llama, clip)))
    assert {path.name for path in folder.iterdir()} == {"projector", "workbench.json", "xtuner_config.py"}
    tensors = load_file(folder / "projector" / "model.safetensors")
    assert all(torch.equal(tensors[name.removeprefix("projector.")], tensor) for name, tensor in state.items())
    settings = json.loads((folder / "projector" / "config.json").read_text())
    assert (settings["model_type"], settings["visual_hidden_size"], settings["llm_hidden_size"], settings["depth"]) == (
        "projector",
        16,
        24,
        2,
    )


def test_a_finetuning_gives_two_adapters_and_the_projector(
    llama: Path, clip: Path, adapters: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    config = llava_config(tmp_path, llama, clip, llm_lora=lora_text(), vision_lora=lora_text(lora_alpha=2))
    seen: list[tuple[int, int]] = []
    pth = save_pth(tmp_path / "iter_12.pth", adapters)
    request = PthRequest(pth=pth, target=tmp_path / "result", config=str(config))
    folder = convert_pth(request, lambda done, total: seen.append((done, total))).folder
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {
        "llm_adapter",
        "visual_encoder_adapter",
        "projector",
    }
    for name, alpha, task, dtype in (
        ("llm_adapter", 8, "CAUSAL_LM", torch.float16),
        ("visual_encoder_adapter", 2, None, torch.float32),
    ):
        settings = json.loads((folder / name / "adapter_config.json").read_text())
        assert (settings["lora_alpha"], settings["task_type"]) == (alpha, task)
        tensors = load_file(folder / name / "adapter_model.safetensors")
        assert {tensor.dtype for tensor in tensors.values()} == {dtype}
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1] == seen[0][1]


def test_the_adapters_merge_into_their_bases(
    llama: Path, clip: Path, adapters: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    folder = convert(adapters, tmp_path, base=str(llama), visual_encoder=str(clip), lora_alpha=8)
    for part, base, is_clip in (("llm_adapter", llama, False), ("visual_encoder_adapter", clip, True)):
        request = MergeRequest(str(base), folder / part, tmp_path / part, is_clip=is_clip)
        merged, before = stored(merge(request, ignore).folder), stored(base)
        changed = {name for name in merged if not torch.equal(merged[name], before[name])}
        ends = VISION_ENDS if is_clip else LANGUAGE_ENDS
        assert changed == {name for name in before if name.endswith(tuple(f"{end}.weight" for end in ends))}


def test_whole_parts_have_folders_of_their_own(llama: Path, clip: Path, tmp_path: Path) -> None:
    state = (
        {f"llm.{name}": tensor + 1 for name, tensor in stored(llama).items()}
        | {f"visual_encoder.{name}": tensor + 1 for name, tensor in stored(clip).items()}
        | projector_tensors(16, 24)
    )
    folder = convert(state, tmp_path, base=str(llama), visual_encoder=str(clip))
    assert LlamaForCausalLM.from_pretrained(folder).dtype in {torch.float16, torch.float32}
    vision = CLIPVisionModel.from_pretrained(folder / "visual_encoder")
    expected = vision_tensors(open_folder(clip))
    for name, tensor in vision.state_dict().items():
        full_name = f"vision_model.{name.removeprefix('vision_model.')}"
        if full_name in expected:
            assert torch.equal(tensor, expected[full_name].load() + 1)
    assert (folder / "visual_encoder" / "preprocessor_config.json").is_file()
    assert (folder / "projector" / "model.safetensors").is_file()


def test_a_projector_alone_under_the_config_of_the_finetuning_is_told(llama: Path, clip: Path, tmp_path: Path) -> None:
    config = llava_config(tmp_path, llama, clip, llm_lora=lora_text(), vision_lora=lora_text())
    pth = save_pth(tmp_path / "iter_12.pth", projector_tensors(16, 24))
    made = convert_pth(PthRequest(pth=pth, target=tmp_path / "result", config=str(config)), ignore)
    assert "llm_adapter, visual_encoder_adapter" in made.notes[0]
    assert not (made.folder / "llm_adapter").exists()


def _by_hand(
    language: LlamaForCausalLM,
    vision: CLIPVisionModel,
    projector: dict[str, torch.Tensor],
    tokens: torch.Tensor,
    pixels: torch.Tensor,
    image_id: int,
) -> torch.Tensor:
    """The logits of the three parts put together as LLaVA puts them."""
    features = vision(pixels, output_hidden_states=True).hidden_states[-2][:, 1:]
    for layer in (0, 2):
        weight, bias = (projector[f"projector.model.{layer}.{name}"] for name in ("weight", "bias"))
        features = torch.nn.functional.linear(features, weight, bias)
        features = torch.nn.functional.gelu(features) if layer == 0 else features
    is_image = tokens[0] == image_id
    embedded = language.get_input_embeddings()(tokens.masked_fill(tokens == image_id, 0))
    embedded[0, is_image] = features[0]
    return language(inputs_embeds=embedded).logits


@pytest.mark.parametrize("trained", ["projector", "adapters"])
def test_one_model_of_transformers_gives_the_logits_of_its_parts(
    llama: Path, clip: Path, adapters: dict[str, torch.Tensor], tmp_path: Path, trained: str
) -> None:
    projector = projector_tensors(16, 24)
    state = adapters if trained == "adapters" else projector
    names = {"base": str(llama), "visual_encoder": str(clip), "lora_alpha": 8}
    folder = convert(state, tmp_path, save_format="huggingface", fp32=True, **names)
    model = LlavaForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    language_folder, vision_folder = llama, clip
    if trained == "adapters":
        parts = convert_pth(
            PthRequest(pth=tmp_path / "iter_12.pth", target=tmp_path / "parts", fp32=True, **names), ignore
        ).folder
        language_folder = merge(MergeRequest(str(llama), parts / "llm_adapter", tmp_path / "language"), ignore).folder
        request = MergeRequest(str(clip), parts / "visual_encoder_adapter", tmp_path / "vision", is_clip=True)
        vision_folder = merge(request, ignore).folder
    language = LlamaForCausalLM.from_pretrained(language_folder).eval()
    vision = CLIPVisionModel.from_pretrained(vision_folder).eval()
    image_id = AutoTokenizer.from_pretrained(folder).convert_tokens_to_ids("<image>")
    assert model.config.image_token_id == image_id
    tokens = torch.tensor([[5, 9, *[image_id] * 4, 40, 41]])
    pixels = torch.randn(1, 3, 8, 8)
    with torch.no_grad():
        logits = model(input_ids=tokens, pixel_values=pixels, attention_mask=torch.ones_like(tokens)).logits
        expected = _by_hand(language, vision, projector, tokens, pixels, image_id)
    torch.testing.assert_close(logits[..., :260], expected, rtol=1e-5, atol=1e-5)


def test_the_layout_of_the_llava_project(llama: Path, clip: Path, tmp_path: Path) -> None:
    state = projector_tensors(16, 24) | {f"visual_encoder.{name}": tensor + 1 for name, tensor in stored(clip).items()}
    folder = convert(state, tmp_path, base=str(llama), visual_encoder=str(clip), save_format="official")
    tensors = stored(folder)
    assert torch.equal(tensors["model.mm_projector.2.bias"], state["projector.model.2.bias"])
    name = "model.vision_tower.vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight"
    assert torch.equal(tensors[name], state["visual_encoder.vision_model.encoder.layers.0.mlp.fc1.weight"])
    assert tensors["model.layers.0.mlp.up_proj.weight"].dtype == torch.float16
    config = json.loads((folder / "config.json").read_text())
    assert (config["mm_projector_type"], config["mm_vision_select_layer"], config["image_aspect_ratio"]) == (
        "mlp2x_gelu",
        -2,
        "pad",
    )


def test_internlm2_is_written_under_the_names_of_llama(clip: Path, tmp_path: Path) -> None:
    from workbench.models.load import load_language_model

    base = save_base(tmp_path / "base")
    state = projector_tensors(16, 30)
    folder = convert(state, tmp_path, base=str(base), visual_encoder=str(clip), save_format="official", fp32=True)
    config = json.loads((folder / "config.json").read_text())
    assert "auto_map" not in config
    tensors = stored(folder)
    expected = load_language_model(str(base), precision="fp32").state_dict()
    assert all(torch.equal(tensors[name], tensor) for name, tensor in expected.items())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"projector.model.2.bias": None}, r"projector\.model\.2\.bias is missing"),
        ({"projector.model.2.weight": torch.zeros(24, 20)}, r"\[24, 20\], but should be \[24, 24\]"),
        ({"projector.model.0.weight": torch.zeros(24, 17)}, "width 17"),
    ],
)
def test_a_projector_that_does_not_fit_is_refused(
    llama: Path, clip: Path, tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    state = {name: tensor for name, tensor in (projector_tensors(16, 24) | changed).items() if tensor is not None}
    with pytest.raises(WorkbenchError, match=message):
        convert(state, tmp_path, base=str(llama), visual_encoder=str(clip))
    assert not (tmp_path / "result").exists()
