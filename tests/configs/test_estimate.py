"""Estimates of memory and of the length of a training."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.configs.catalogue import resolve
from workbench.configs.estimate import estimate_memory, estimate_steps
from workbench.configs.overrides import apply_overrides
from workbench.configs.shapes import KNOWN_SHAPES, shape_of
from workbench.configs.tower_shapes import KNOWN_TOWERS, TowerShape, projector_parameters, tower_shape_of
from workbench.paths import resolve_model

GIB = 1024**3
FIRST_STAGE = "llava_internlm2_chat_1_8b_clip_vit_large_p14_336_e1_gpu8_pretrain"


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        ("internlm/internlm2-1_8b", 1_889_110_016),
        ("internlm/internlm2-7b", 7_737_708_544),
        ("meta-llama/Meta-Llama-3-8B", 8_030_261_248),
        ("meta-llama/Meta-Llama-3-70B-Instruct", 70_553_706_496),
        ("lmsys/vicuna-7b-v1.5", 6_738_415_616),
        ("lmsys/vicuna-13b-v1.5", 13_015_864_320),
        ("microsoft/Phi-3-mini-4k-instruct", 3_821_079_552),
        ("01-ai/Yi-34B", 34_388_917_248),
    ],
)
def test_parameter_counts_are_those_of_the_model_cards(model: str, parameters: int) -> None:
    assert KNOWN_SHAPES[model].parameters == parameters


def test_full_training_follows_the_published_zero_formulas() -> None:
    """7B on 8 devices, without activations: 4x+12x/N, 2x+14x/N and 16x/N bytes."""
    config = resolve("internlm2_7b_full_custom_pretrain_e1")
    parameters = KNOWN_SHAPES["internlm/internlm2-7b"].parameters
    per_parameter = {"zero1": 4 + 12 / 8, "zero2": 2 + 14 / 8, "zero3": 16 / 8}
    for preset, bytes_each in per_parameter.items():
        memory = estimate_memory(apply_overrides(config, [f"deepspeed={preset}"]), devices=8)
        assert memory is not None
        states = memory.weights + memory.gradients + memory.optimizer
        assert states == pytest.approx(parameters * bytes_each, rel=1e-6), preset


def test_the_tutorials_measured_run_lies_within_a_third() -> None:
    """InternLM2 1.8B, QLoRA, 1024 tokens, ZeRO-2 on one A100: 5661 MB were reported."""
    memory = estimate_memory(apply_overrides(resolve("internlm2_1_8b_qlora_alpaca_e3"), ["max_length=1024"]))
    assert memory is not None
    assert 5661 / 1.34 < memory.total / 1024**2 < 5661 * 1.34


def test_the_cheaper_method_and_the_shorter_sample_need_less() -> None:
    totals = []
    for method in ("full", "lora", "qlora"):
        memory = estimate_memory(apply_overrides(resolve("internlm2_7b_qlora_alpaca_e3"), [f"method={method}"]))
        assert memory is not None
        totals.append(memory.total)
    assert totals == sorted(totals, reverse=True)
    long = estimate_memory(apply_overrides(resolve("internlm2_7b_qlora_alpaca_e3"), ["max_length=8192"]))
    assert long is not None and long.total > totals[-1]


def test_a_local_folder_is_measured_and_an_unknown_model_is_not_guessed(tmp_path: Path) -> None:
    facts = {
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "intermediate_size": 128,
        "vocab_size": 100,
    }
    (tmp_path / "config.json").write_text(json.dumps(facts))
    shape = shape_of(str(tmp_path))
    assert shape is not None
    assert shape.parameters == 2 * (2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 128 + 2 * 64) + 2 * 100 * 64 + 64
    assert shape_of("nobody/knows-this") is None
    (tmp_path / "config.json").write_text(json.dumps({"hidden_size": "many"}))
    assert shape_of(str(tmp_path)) is None


def test_the_tower_has_the_weights_of_its_model_and_the_projector_those_of_its_two_maps() -> None:
    """CLIP ViT-L/14-336 has 303.5 million; the projector 6.30 and 20.98 million for widths of 2048 and 4096."""
    tower = KNOWN_TOWERS["openai/clip-vit-large-patch14-336"]
    assert (tower.parameters, tower.patches) == (303_507_456, 576)
    assert [round(projector_parameters(tower, width) / 1e6, 2) for width in (2048, 4096)] == [6.3, 20.98]


def test_the_samples_tower_is_measured_by_its_config() -> None:
    from transformers import CLIPVisionModel

    tower = tower_shape_of("sample:vision_tower")
    assert tower is not None
    model = CLIPVisionModel.from_pretrained(resolve_model("sample:vision_tower"))
    assert tower.parameters == model.num_parameters()
    assert tower.patches == 36


def test_the_first_stage_trains_a_projector_only() -> None:
    config = resolve(FIRST_STAGE)
    memory = estimate_memory(apply_overrides(config, ["deepspeed=none"]))
    assert memory is not None
    trained = projector_parameters(KNOWN_TOWERS["openai/clip-vit-large-patch14-336"], 2048)
    assert (memory.gradients, memory.optimizer) == (4 * trained, 8 * trained)
    shared = estimate_memory(apply_overrides(config, ["deepspeed=zero1"]))
    assert shared is not None and (shared.gradients, shared.optimizer) == (2 * trained, 12 * trained)
    text = estimate_memory(apply_overrides(config, ["deepspeed=none", "visual_encoder_name_or_path="]))
    assert text is not None
    places_of_picture = config.batch_size * 575
    assert memory.logits - text.logits == places_of_picture * 2048 * (2 * 4 + 2 * 2)


def test_what_is_trained_of_the_tower_costs_more_and_known_features_less() -> None:
    totals = []
    ways = (["cache_image_features=true"], [], ["visual_encoder_method=lora"], ["visual_encoder_method=full"])
    for changes in ways:
        memory = estimate_memory(apply_overrides(resolve(FIRST_STAGE), changes))
        assert memory is not None
        totals.append(memory.total)
    assert totals == sorted(set(totals))


def test_the_tutorials_second_stage_fits_its_gpu() -> None:
    """InternLM2 1.8B with both adapters ran within 24 GB."""
    config = resolve("llava_internlm2_chat_1_8b_qlora_clip_vit_large_p14_336_lora_e1_gpu8_finetune")
    memory = estimate_memory(apply_overrides(config, ["batch_size=1"]))
    assert memory is not None
    assert 4 * GIB < memory.total < 24 * GIB


def test_short_samples_need_less_unless_they_are_packed() -> None:
    first = resolve(FIRST_STAGE)
    known, most = estimate_memory(first, longest=60), estimate_memory(first)
    assert known is not None and most is not None
    assert most.logits - known.logits == first.batch_size * (1472 - 60) * 2048 * (2 * 4 + 2 * 2)
    assert most.activations > known.activations
    packed = resolve("internlm2_7b_qlora_alpaca_e3")
    assert estimate_memory(packed, longest=60) == estimate_memory(packed)


def test_samples_with_pictures_are_never_packed() -> None:
    config = apply_overrides(resolve(FIRST_STAGE), ["pack_to_max_length=true"])
    assert estimate_steps(config, rows=64, tokens=10).samples == 64


def test_a_tower_whose_sizes_are_not_known_is_not_guessed(tmp_path: Path) -> None:
    unknown = apply_overrides(resolve(FIRST_STAGE), ["visual_encoder_name_or_path=nobody/knows-this"])
    assert estimate_memory(unknown) is None
    whole = {
        "vision_config": {
            "hidden_size": 8,
            "num_hidden_layers": 1,
            "intermediate_size": 16,
            "image_size": 28,
            "patch_size": 14,
        }
    }
    (tmp_path / "config.json").write_text(json.dumps(whole))
    assert tower_shape_of(str(tmp_path)) == TowerShape(8, 1, 16, 28, 14)
    (tmp_path / "config.json").write_text("[]")
    assert tower_shape_of(str(tmp_path)) is None


def test_the_tutorials_iterations_are_counted_in_both_units() -> None:
    config = apply_overrides(resolve("internlm2_1_8b_qlora_alpaca_e3"), ["max_epochs=2", "max_length=1024"])
    steps = estimate_steps(config, rows=10_001, tokens=384 * 1024 - 5)
    assert (steps.samples, steps.iters, steps.steps) == (384, 768, 48)


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("rows", "batch", "accumulate", "epochs"), [(10, 3, 2, 3), (7, 1, 4, 2), (5, 8, 16, 3), (16, 4, 4, 1)]
)
def test_steps_equal_those_of_the_trainer(rows: int, batch: int, accumulate: int, epochs: int, tmp_path: Path) -> None:
    import torch
    from transformers import Trainer, TrainingArguments

    arguments = TrainingArguments(
        output_dir=str(tmp_path),
        per_device_train_batch_size=batch,
        gradient_accumulation_steps=accumulate,
        num_train_epochs=epochs,
        use_cpu=True,
        report_to=[],
    )
    data = [{"labels": torch.tensor(0)}] * rows
    trainer = Trainer(model=torch.nn.Linear(1, 1), args=arguments, train_dataset=data)
    # the trainer's own count: (…, steps in an epoch, …, all steps) from the loader that it trains with
    counted = trainer.set_initial_training_values(arguments, trainer.get_train_dataloader())
    config = apply_overrides(
        resolve("internlm2_1_8b_qlora_alpaca_e3"),
        [
            f"batch_size={batch}",
            f"accumulative_counts={accumulate}",
            f"max_epochs={epochs}",
            "pack_to_max_length=false",
        ],
    )
    estimate = estimate_steps(config, rows=rows)
    assert (estimate.steps_per_epoch, estimate.iters_per_epoch, estimate.steps) == (
        counted[1],
        len(trainer.get_train_dataloader()),
        counted[-1],
    )
