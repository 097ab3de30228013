"""Loading gives the model that was asked for, or says what is wrong and how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.models.conftest import ChangeConfig
from workbench.configs.method_settings import QuantizationSettings
from workbench.configs.model_settings import RopeScaling
from workbench.errors import WorkbenchError
from workbench.models.load import load_language_model, load_tokenizer

pytestmark = pytest.mark.heavy
OWN_CODE = """
open({marker!r}, "w")
from transformers import LlamaConfig, LlamaForCausalLM
class OwnConfig(LlamaConfig):
    model_type = "own"
class OwnModel(LlamaForCausalLM):
    config_class = OwnConfig
"""


def problem_of(folder: Path | str) -> WorkbenchError:
    with pytest.raises(WorkbenchError) as caught:
        load_language_model(str(folder))
    return caught.value


@pytest.fixture
def with_own_code(sample_copy: Path, change_config: ChangeConfig, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model of a kind that transformers does not know, with code that leaves a mark when it runs."""
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(sample_copy.parent / "cache"))
    change_config(model_type="own", auto_map={"AutoConfig": "own.OwnConfig", "AutoModelForCausalLM": "own.OwnModel"})
    (sample_copy / "own.py").write_text(OWN_CODE.format(marker=str(sample_copy.parent / "was_run")))
    return sample_copy


@pytest.mark.parametrize("name", ["./nowhere", "/no/such/model", "~/nowhere", "nowhere", "sample:nowhere"])
def test_a_missing_folder_is_named(name: str) -> None:
    problem = problem_of(name)
    assert (problem.what, problem.where) == ("The model folder does not exist.", name)
    assert "pretrained_model_name_or_path" in (problem.fix or "")


def test_a_folder_in_the_users_home_is_found(sample_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(sample_copy.parent))
    assert load_tokenizer("~/model").eos_token == "</s>"


def test_a_folder_without_a_config_is_named(tmp_path: Path) -> None:
    problem = problem_of(tmp_path)
    assert "config.json is missing" in problem.what
    assert problem.where == str(tmp_path)


def test_an_adapter_given_as_a_model_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    assert "holds an adapter" in (problem_of(tmp_path).fix or "")


def test_a_damaged_config_is_named(sample_copy: Path) -> None:
    (sample_copy / "config.json").write_text("{")
    problem = problem_of(sample_copy)
    assert "not valid JSON" in problem.what
    assert problem.where == f"{sample_copy}/config.json"


def test_an_unknown_architecture_is_named(change_config: ChangeConfig, sample_copy: Path) -> None:
    change_config(model_type="invented")
    assert "`invented`" in problem_of(sample_copy).what


def test_the_llava_projects_own_layout_is_named(change_config: ChangeConfig, sample_copy: Path) -> None:
    change_config(model_type="llava", mm_vision_tower="openai/clip-vit-large-patch14-336")
    problem = problem_of(sample_copy)
    assert "LLaVA project's own layout" in problem.what
    assert "--save-format huggingface" in (problem.fix or "")


def test_missing_weights_are_told(sample_copy: Path) -> None:
    (sample_copy / "model.safetensors").unlink()
    assert "fetch the model again" in (problem_of(sample_copy).fix or "")


@pytest.mark.parametrize("size", [0, 100, 1_000_000])
def test_a_weight_file_that_was_cut_is_told(sample_copy: Path, size: int) -> None:
    path = sample_copy / "model.safetensors"
    path.write_bytes(path.read_bytes()[:size])
    problem = problem_of(sample_copy)
    assert "weight file is damaged" in problem.what
    assert "fetch the model again" in (problem.fix or "")


def test_weights_that_are_not_there_are_not_made_up(sample_copy: Path) -> None:
    path = sample_copy / "model.safetensors"
    weights = load_file(path)
    del weights["model.layers.2.feed_forward.w1.weight"]
    save_file(weights, path, {"format": "pt"})
    assert "model.layers.2.mlp.gate_proj.weight" in problem_of(sample_copy).what


def test_weights_of_another_size_are_told(change_config: ChangeConfig, sample_copy: Path) -> None:
    change_config(hidden_size=128)
    assert "other sizes" in problem_of(sample_copy).what


def test_code_of_a_model_is_refused_unless_it_is_asked_for(with_own_code: Path) -> None:
    problem = problem_of(with_own_code)
    assert "trust_remote_code: true" in (problem.fix or "")
    assert not (with_own_code.parent / "was_run").exists()


def test_code_of_a_model_runs_when_it_is_asked_for(with_own_code: Path) -> None:
    with pytest.raises(WorkbenchError, match="Weights are missing"):  # they have names that the code does not know
        load_language_model(str(with_own_code), trust_remote_code=True)
    assert (with_own_code.parent / "was_run").exists()


@pytest.mark.parametrize("broken", [None, "{"])
def test_a_missing_or_damaged_tokenizer_is_told(sample_copy: Path, broken: str | None) -> None:
    (sample_copy / "tokenizer.json").unlink()
    if broken is not None:
        (sample_copy / "tokenizer.json").write_text(broken)
    with pytest.raises(WorkbenchError, match="cannot be loaded") as caught:
        load_tokenizer(str(sample_copy))
    assert caught.value.where == str(sample_copy if broken is None else sample_copy / "tokenizer.json")


@pytest.mark.parametrize(("precision", "dtype"), [("fp32", torch.float32), ("bf16", torch.bfloat16)])
def test_weights_come_in_the_precision_asked_for(precision: str, dtype: torch.dtype) -> None:
    model = load_language_model("sample:model", precision=precision)  # type: ignore[arg-type]
    assert {parameter.dtype for parameter in model.parameters()} == {dtype}


@pytest.mark.parametrize("kind", ["nf4", "fp4"])
def test_four_bit_weights_are_loaded_on_any_machine(kind: str) -> None:
    settings = QuantizationSettings(bnb_4bit_quant_type=kind)  # type: ignore[arg-type]
    model = load_language_model("sample:model", method="qlora", precision="fp32", quantization=settings)
    layer = model.model.layers[0].mlp.down_proj
    assert layer.weight.quant_state.quant_type == kind
    assert layer.weight.dtype is torch.uint8
    assert layer.weight.numel() * 2 == layer.in_features * layer.out_features
    assert model.lm_head.weight.dtype is torch.float32


@torch.no_grad()
def test_four_bit_weights_are_near_the_originals() -> None:
    whole = load_language_model("sample:model", precision="fp32").eval()
    short = load_language_model("sample:model", method="qlora", precision="fp32").eval()
    said = "What is the capital of France? The capital of France is Paris. 请重复：苹果"
    tokens = torch.tensor([load_tokenizer("sample:model").encode(said)]).to(short.device)
    logits, expected = short(input_ids=tokens).logits.cpu(), whole(input_ids=tokens.cpu()).logits
    assert not torch.equal(logits, expected)
    assert torch.nn.functional.cosine_similarity(logits, expected, dim=-1).min() > 0.9


def test_a_longer_context_stretches_the_positions() -> None:
    config = load_language_model("sample:model", max_position_embeddings=4096).config
    assert config.max_position_embeddings == 4096
    assert (config.rope_parameters["rope_type"], config.rope_parameters["factor"]) == ("linear", 4.0)


@pytest.mark.parametrize("kind", ["dynamic", "yarn"])
@torch.no_grad()
def test_other_ways_of_stretching_reach_as_far_and_are_saved(kind: RopeScaling, tmp_path: Path) -> None:
    model = load_language_model("sample:model", max_position_embeddings=4096, rope_scaling_type=kind).eval()
    assert (model.config.rope_parameters["rope_type"], model.config.rope_parameters["factor"]) == (kind, 4.0)
    assert model.config.max_position_embeddings == (1024 if kind == "dynamic" else 4096)
    tokens = torch.arange(3, 1503).view(1, -1) % 4000  # beyond the trained length
    expected = model(input_ids=tokens).logits[:, -1]
    assert not torch.allclose(load_language_model("sample:model")(input_ids=tokens).logits[:, -1], expected)
    model.save_pretrained(tmp_path)
    again = load_language_model(str(tmp_path)).eval()
    torch.testing.assert_close(again(input_ids=tokens).logits[:, -1], expected)


def test_a_shorter_context_changes_nothing() -> None:
    config = load_language_model("sample:model", max_position_embeddings=512).config
    assert (config.max_position_embeddings, config.rope_parameters["rope_type"]) == (1024, "default")


def test_a_tokenizer_pads_on_the_right_and_has_a_pad_token(sample_copy: Path) -> None:
    config = sample_copy / "tokenizer_config.json"
    config.write_text(config.read_text().replace('"pad_token": "<pad>",', ""))
    tokenizer = load_tokenizer(str(sample_copy))
    assert tokenizer.padding_side == "right"
    assert tokenizer.pad_token == tokenizer.eos_token == "</s>"
