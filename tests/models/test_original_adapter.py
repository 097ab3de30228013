"""An adapter of InternLM2's own modules adds to the model in memory what it adds to the original one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftConfig
from safetensors.torch import load_file, save_file

from tests.models.internlm2_cases import BASE, CASES, made, weights_of
from tests.models.internlm2_folder import published
from workbench.errors import WorkbenchError
from workbench.models.adapters import load_adapter
from workbench.models.load import load_language_model
from workbench.models.original_adapter import has_original_names, weights_in_memory

pytestmark = pytest.mark.heavy
RANK, ALPHA = 4, 6
CONFIG = BASE | {"bias": True, "num_key_value_heads": 2}
TOKENS = CASES["grouped"].tokens()
MODULES = ("attention.wqkv", "attention.wo", "feed_forward.w1", "feed_forward.w2", "feed_forward.w3")
ADAPTED = [f"model.layers.{layer}.{module}" for layer in (0, 1) for module in MODULES]
SETTINGS: dict[str, Any] = {
    "base_model_name_or_path": "internlm/internlm2-chat-1_8b",
    "bias": "none",
    "inference_mode": True,
    "lora_alpha": ALPHA,
    "lora_dropout": 0.1,
    "modules_to_save": None,
    "peft_type": "LORA",
    "r": RANK,
    "target_modules": ["wqkv", "wo", "w1", "w2", "w3"],
    "task_type": "CAUSAL_LM",
}
Merge = Callable[[str, torch.Tensor], torch.Tensor]


def factors(module: str) -> tuple[torch.Tensor, torch.Tensor]:
    """A ``[r, in]`` and B ``[out, r]`` of a module."""
    out, width = weights_of(CONFIG)[f"{module}.weight"].shape
    return made(f"{module}.A", (RANK, width)), made(f"{module}.B", (out, RANK)) / 4


def adapter_weights(modules: list[str] = ADAPTED) -> dict[str, torch.Tensor]:
    """As XTuner saves them: by peft's names of the original modules."""
    pairs = {f"base_model.model.{module}": factors(module) for module in modules}
    first = {f"{name}.lora_A.weight": pair[0] for name, pair in pairs.items()}
    return first | {f"{name}.lora_B.weight": pair[1] for name, pair in pairs.items()}


def saved(folder: Path, weights: dict[str, torch.Tensor], **settings: Any) -> Path:
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps(SETTINGS | settings))
    save_file(weights, folder / "adapter_model.safetensors")
    return folder


def model_of(folder: Path, weights: dict[str, torch.Tensor]) -> Any:
    return load_language_model(str(published(folder, CONFIG, weights)), precision="fp32").eval()


@torch.no_grad()
def logits(model: Any) -> torch.Tensor:
    result: torch.Tensor = model(input_ids=TOKENS).logits
    return result


def merged(add: Merge) -> dict[str, torch.Tensor]:
    """The original weights with what the adapter adds, by hand."""
    weights = weights_of(CONFIG)
    return weights | {f"{module}.weight": add(module, weights[f"{module}.weight"]) for module in ADAPTED}


def plain(module: str, weight: torch.Tensor, alpha: float = ALPHA) -> torch.Tensor:
    first, second = factors(module)
    return weight + second @ first * (alpha / RANK)


@pytest.fixture
def base(tmp_path: Path) -> Any:
    return model_of(tmp_path / "base", weights_of(CONFIG))


def check(tmp_path: Path, base: Any, adapter: Path, expected: dict[str, torch.Tensor]) -> Any:
    before, adapted = logits(base), load_adapter(base, adapter)
    assert not torch.allclose(logits(adapted), before, atol=1e-2)
    torch.testing.assert_close(logits(adapted), logits(model_of(tmp_path / "merged", expected)), rtol=0, atol=2e-5)
    return adapted


@pytest.mark.parametrize("targets", [SETTINGS["target_modules"], r".*\.(wqkv|wo|w[123])", "all-linear"])
def test_logits_are_those_of_the_merged_model(tmp_path: Path, base: Any, targets: Any) -> None:
    adapter = saved(tmp_path / "adapter", adapter_weights(), target_modules=targets)
    adapted = check(tmp_path, base, adapter, merged(plain))
    assert not adapted.training
    assert not any(parameter.requires_grad for parameter in adapted.parameters())


def test_weights_in_a_pickle_are_read_too(tmp_path: Path, base: Any) -> None:
    adapter = saved(tmp_path / "adapter", adapter_weights())
    (adapter / "adapter_model.safetensors").unlink()
    torch.save(adapter_weights(), adapter / "adapter_model.bin")
    check(tmp_path, base, adapter, merged(plain))


def test_a_module_with_its_own_alpha_keeps_it(tmp_path: Path, base: Any) -> None:
    patterns = {"wqkv": 11, "model.layers.1.feed_forward.w2": 3}
    adapter = saved(tmp_path / "adapter", adapter_weights(), alpha_pattern=patterns)

    def add(module: str, weight: torch.Tensor) -> torch.Tensor:
        return plain(module, weight, next((alpha for end, alpha in patterns.items() if module.endswith(end)), ALPHA))

    check(tmp_path, base, adapter, merged(add))


def test_magnitudes_are_cut_like_the_rows_they_belong_to(tmp_path: Path, base: Any) -> None:
    """DoRA (arXiv:2402.09353): every row of the sum gets the trained length."""
    lengths = {module: 1 + made(f"{module}.m", (len(factors(module)[1]),)).abs() for module in ADAPTED}
    magnitudes = {f"base_model.model.{module}.lora_magnitude_vector": value for module, value in lengths.items()}
    adapter = saved(tmp_path / "adapter", adapter_weights() | magnitudes, use_dora=True)

    def add(module: str, weight: torch.Tensor) -> torch.Tensor:
        changed = plain(module, weight)
        return lengths[module][:, None] * changed / changed.norm(dim=1, keepdim=True)

    check(tmp_path, base, adapter, merged(add))


def test_modules_that_were_trained_whole_take_their_place(tmp_path: Path, base: Any) -> None:
    whole = {name: made(f"{name} trained", (60, 32)) for name in ("model.tok_embeddings.weight", "output.weight")}
    weights = adapter_weights() | {f"base_model.model.{name}": tensor for name, tensor in whole.items()}
    adapter = saved(tmp_path / "adapter", weights, modules_to_save=["tok_embeddings", "output"])
    check(tmp_path, base, adapter, merged(plain) | whole)


def test_it_can_be_trained_on_and_is_saved_in_the_words_of_the_model(tmp_path: Path, base: Any) -> None:
    adapted = load_adapter(base, saved(tmp_path / "adapter", adapter_weights()), trainable=True)
    adapted(input_ids=TOKENS, labels=TOKENS).loss.backward()
    trained = [parameter for parameter in adapted.parameters() if parameter.requires_grad]
    assert len(trained) == 2 * 2 * 7 and all(parameter.grad is not None for parameter in trained)
    adapted.save_pretrained(tmp_path / "again")
    assert not has_original_names(load_file(tmp_path / "again" / "adapter_model.safetensors"))
    assert PeftConfig.from_pretrained(str(tmp_path / "again")).r == RANK
    fresh = load_language_model(str(tmp_path / "base"), precision="fp32").eval()
    torch.testing.assert_close(logits(load_adapter(fresh, tmp_path / "again")), logits(adapted.eval()))


def test_an_adapter_that_lacks_a_factor_is_refused(tmp_path: Path, base: Any) -> None:
    weights = adapter_weights()
    del weights["base_model.model.model.layers.1.attention.wqkv.lora_B.weight"]
    with pytest.raises(
        WorkbenchError, match=r"does not fit this model: .*layers\.1\.self_attn\.k_proj\.lora_B"
    ) as caught:
        load_adapter(base, saved(tmp_path / "adapter", weights))
    assert caught.value.fix


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"\x80\x04no"])
def test_a_damaged_pickle_is_told(tmp_path: Path, base: Any, content: bytes) -> None:
    adapter = saved(tmp_path / "adapter", adapter_weights())
    (adapter / "adapter_model.safetensors").unlink()
    (adapter / "adapter_model.bin").write_bytes(content)
    with pytest.raises(WorkbenchError) as caught:
        load_adapter(base, adapter)
    assert caught.value.where == str(adapter)


def test_other_names_are_left_alone() -> None:
    weights = {"base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight": torch.ones(2, 3)}
    assert not has_original_names(weights)
    assert weights_in_memory(weights, 2, 2) == weights
