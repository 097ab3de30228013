"""Every optimiser that has a name here makes a small model better, and so does every fall of the learning rate."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainingArguments

from tests.training.runs import tiny_config
from workbench.configs.schema import TrainConfig
from workbench.training.muon import MuonWithAdamW
from workbench.training.optimizer_names import _NAMES, adamw_unless, optimizer_name
from workbench.training.optimizers import own_optimizer
from workbench.training.schedule import lr_factor, warmup_steps

pytestmark = pytest.mark.heavy

SCHEDULES = get_args(TrainConfig.model_fields["lr_scheduler_type"].annotation)
STEPS = 12


def small_model() -> LlamaForCausalLM:
    torch.manual_seed(0)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=64, hidden_size=64, num_attention_heads=4, num_hidden_layers=1, intermediate_size=64,
            max_position_embeddings=32,
        )
    )  # fmt: skip


def made(config: TrainConfig, model: nn.Module, folder: Path) -> torch.optim.Optimizer:
    """The optimiser as the trainer gets it."""
    name = adamw_unless(optimizer_name(config.optim_type))
    arguments = TrainingArguments(str(folder), optim=name, learning_rate=config.lr, report_to=[], use_cpu=True)
    if own := own_optimizer(config, model, arguments):
        return own
    kind, settings = Trainer.get_optimizer_cls_and_kwargs(arguments, model)  # type: ignore[arg-type]
    return kind([one for one in model.parameters() if one.requires_grad], **settings)  # type: ignore[no-any-return]


def losses(model: nn.Module, optimizer: torch.optim.Optimizer, schedule: str = "constant") -> list[float]:
    """Of the same rows, step by step."""
    rates = LambdaLR(
        optimizer, lambda step: lr_factor(step, kind=schedule, warmup=warmup_steps(0.1, STEPS), total=STEPS)
    )
    ids = torch.arange(32).reshape(2, 16)
    found = []
    for _step in range(STEPS):
        loss = model(input_ids=ids, labels=ids).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rates.step()
        found.append(loss.item())
    return found


@pytest.mark.parametrize("name", _NAMES)
def test_an_optimiser_makes_the_loss_smaller(name: str, tmp_path: Path) -> None:
    model = small_model()
    config = tiny_config(tmp_path / "x", method="full", optim_type=name, lr=0.1 if name == "SGD" else 1e-3)
    found = losses(model, made(config, model, tmp_path))
    assert found[-1] < found[0] - 0.02, found


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_stays_within_its_bounds_and_trains(schedule: str, tmp_path: Path) -> None:
    shares = [lr_factor(step, kind=schedule, warmup=2, total=STEPS) for step in range(STEPS + 3)]
    assert max(shares) == 1.0
    assert min(shares) >= 0.0
    model = small_model()
    found = losses(model, made(tiny_config(tmp_path / "x", method="full"), model, tmp_path), schedule)
    assert found[-1] < found[0] - 0.02, found


def test_how_the_further_schedules_fall() -> None:
    def fall(kind: str, restarts: int = 1) -> list[float]:
        return [lr_factor(step, kind=kind, warmup=4, total=14, restarts=restarts) for step in range(4, 15)]

    assert fall("polynomial") == pytest.approx([(1 - step / 10) ** 2 for step in range(11)])
    assert fall("inverse_sqrt") == pytest.approx([(4 / (4 + step)) ** 0.5 for step in range(11)])
    assert fall("warmup_stable_decay") == pytest.approx([1.0] * 9 + [0.5, 0.0])
    twice = fall("cosine_with_restarts", restarts=2)
    assert twice[:5] == pytest.approx(twice[5:10])
    assert (twice[0], twice[-1]) == (1.0, 0.0)


def test_muon_takes_the_matrices_of_layers_and_leaves_the_rest_to_adamw(tmp_path: Path) -> None:
    model = small_model()
    optimizer = made(tiny_config(tmp_path / "x", method="full", optim_type="Muon"), model, tmp_path)
    assert isinstance(optimizer, MuonWithAdamW)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    taken = {group["stepper"]: {names[id(one)] for one in group["params"]} for group in optimizer.param_groups}
    assert {name.rsplit(".", 2)[-2] for name in taken["muon"]} == {
        "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj",
    }  # fmt: skip
    assert {"model.embed_tokens.weight", "lm_head.weight", "model.norm.weight"} <= taken["adamw"]


def test_loraplus_gives_the_second_matrix_a_higher_rate(tmp_path: Path) -> None:
    model = get_peft_model(small_model(), LoraConfig(r=4, target_modules=["q_proj", "up_proj"], task_type="CAUSAL_LM"))
    config = tiny_config(tmp_path / "x", method="lora", lora={"r": 4, "loraplus_lr_ratio": 16})
    optimizer = made(config, model, tmp_path)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    rates = {names[id(one)]: group["lr"] for group in optimizer.param_groups for one in group["params"]}
    assert all(rate == pytest.approx(config.lr * (16 if "lora_B" in name else 1)) for name, rate in rates.items())
    assert len(rates) == 4
    found = losses(model, optimizer)
    assert found[-1] < found[0], found
