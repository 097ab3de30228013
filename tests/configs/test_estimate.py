"""Estimates of memory and of the length of a training."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.configs.catalogue import resolve
from workbench.configs.estimate import estimate_memory, estimate_steps
from workbench.configs.overrides import apply_overrides
from workbench.configs.shapes import KNOWN_SHAPES, shape_of

GIB = 1024**3


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        ("internlm/internlm2-1_8b", 1_889_110_016),
        ("internlm/internlm2-7b", 7_737_708_544),
        ("meta-llama/Meta-Llama-3-8B", 8_030_261_248),
        ("meta-llama/Meta-Llama-3-70B-Instruct", 70_553_706_496),
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
