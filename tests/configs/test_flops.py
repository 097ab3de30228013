"""How much arithmetic a training is, and how much a GPU can do."""

from __future__ import annotations

import pytest

from workbench.configs.catalogue import resolve
from workbench.configs.flops import Iteration, iteration_flops, peak_flops
from workbench.configs.known_shapes import KNOWN_SHAPES
from workbench.configs.overrides import apply_overrides
from workbench.configs.tower_shapes import KNOWN_TOWERS

TEXT, SEEING = "internlm2_7b_full_alpaca_e3", "llava_internlm2_chat_1_8b_clip_vit_large_p14_336_e1_gpu8_pretrain"


def flops(name: str, *changes: str, iteration: Iteration | None = None) -> float:
    """Of 1000 tokens so far apart that attention counts nothing, unless another iteration is named."""
    config = apply_overrides(resolve(name), ["use_activation_checkpointing=false", *changes])
    found = iteration_flops(config, iteration or Iteration(1000, 10, 0), on_cpu=False)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "tera"),
    [
        ("NVIDIA H100 80GB HBM3", 989.4),
        ("NVIDIA H100 PCIe", 756.0),
        ("NVIDIA H200", 989.4),
        ("NVIDIA H20", 148.0),
        ("NVIDIA A100-SXM4-80GB", 312.0),
        ("NVIDIA A10", 125.0),
        ("NVIDIA L4", 121.0),
        ("NVIDIA L40S", 362.0),
        ("NVIDIA GeForce RTX 4090", 165.2),
        ("Tesla V100-SXM2-16GB", 125.0),
        ("Tesla V100-PCIE-16GB", 112.0),
        ("Tesla T4", 65.0),
    ],
)
def test_known_gpus_have_their_peak(name: str, tera: float) -> None:
    assert peak_flops(name) == tera * 1e12


@pytest.mark.parametrize(
    "name", ["NVIDIA GeForce GT 710", "AMD Instinct MI300X", "NVIDIA A1000", "NVIDIA GeForce RTX 4090 Laptop GPU"]
)
def test_of_others_nothing_is_said(name: str) -> None:
    assert peak_flops(name) is None


def test_six_operations_for_each_trained_weight_four_for_each_frozen_one() -> None:
    shape = KNOWN_SHAPES["internlm/internlm2-7b"]
    multiplied = shape.parameters - shape.vocabulary * shape.hidden_size
    assert flops(TEXT) == pytest.approx(6 * multiplied * 1000, rel=0.03)
    assert flops(TEXT, "method=lora") == pytest.approx(4 * multiplied * 1000, rel=0.05)


def test_what_is_computed_twice_counts_twice() -> None:
    lora = flops(TEXT, "method=lora")
    assert flops(TEXT, "method=lora", "use_activation_checkpointing=true") == pytest.approx(1.5 * lora, rel=0.02)
    assert flops(TEXT, "method=lora", "stage=orpo") == 2 * lora
    assert flops(TEXT, "method=lora", "stage=dpo") == pytest.approx(2 * 1.5 * lora, rel=0.02)
    assert flops(TEXT, "sequence_parallel_size=2") == flops(TEXT) / 2


def test_longer_samples_have_more_attention() -> None:
    shape = KNOWN_SHAPES["internlm/internlm2-7b"]
    more = flops(TEXT, iteration=Iteration(1000, 1, 4096)) - flops(TEXT)
    assert more == 6 * shape.layers * shape.attention_width * 4096 * 1000


def test_a_picture_counts_in_the_tower_and_in_each_of_its_places() -> None:
    tower, shape = KNOWN_TOWERS["openai/clip-vit-large-patch14-336"], KNOWN_SHAPES["internlm/internlm2-chat-1_8b"]
    seen = 2 * tower.parameters * tower.patches
    places = 4 * (1000 + 10 * (tower.patches - 1)) * (shape.parameters - shape.vocabulary * shape.hidden_size)
    assert flops(SEEING) > places + 10 * seen
    assert flops(SEEING) - flops(SEEING, "cache_image_features=true") == pytest.approx(10 * seen)


def test_of_a_model_whose_sizes_are_not_known_nothing_is_said() -> None:
    config = apply_overrides(resolve(TEXT), ["pretrained_model_name_or_path=some/model"])
    assert iteration_flops(config, Iteration(1000, 10, 0), on_cpu=True) is None
