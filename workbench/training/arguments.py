"""From a config to transformers' training arguments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import TrainingArguments

from workbench.configs.schema import TrainConfig
from workbench.models.precision import Precision, choose_precision
from workbench.training.optimizer_names import adamw_unless, optimizer_name
from workbench.training.ranks_environment import meet_alone

_NEVER = "no"


def training_arguments(
    config: TrainConfig, checkpoints: Path, *, total_steps: int, deepspeed: dict[str, Any] | None
) -> TrainingArguments:
    """The arguments; making them sets up the process group and, for ZeRO-3, how models are loaded from then on.

    Saving, sample answers and the schedule are ours, so the trainer's own are switched off.

    Args:
        total_steps: optimiser steps of the whole training.
        deepspeed: DeepSpeed's settings, or None to train without.
    """
    precision = choose_precision(config.precision)
    on_gpu = torch.cuda.is_available()
    if deepspeed is not None:
        meet_alone()
    return TrainingArguments(
        output_dir=str(checkpoints),
        per_device_train_batch_size=config.batch_size,
        gradient_accumulation_steps=config.accumulative_counts,
        max_steps=total_steps,
        learning_rate=config.lr,
        adam_beta1=config.betas[0],
        adam_beta2=config.betas[1],
        weight_decay=config.weight_decay,
        max_grad_norm=config.max_norm,
        optim=adamw_unless(optimizer_name(config.optim_type, with_deepspeed=deepspeed is not None)),
        bf16=precision == "bf16",
        fp16=precision == "fp16",
        use_cpu=not on_gpu,
        neftune_noise_alpha=config.neftune_noise_alpha,
        torch_compile=config.torch_compile,
        activation_checkpointing=uses_checkpointing(config),
        activation_checkpointing_kwargs={"use_reentrant": False},
        dataloader_num_workers=config.dataloader_num_workers,
        dataloader_pin_memory=on_gpu,
        remove_unused_columns=False,
        ddp_find_unused_parameters=False,
        deepspeed=deepspeed,
        seed=config.seed,
        data_seed=config.seed,
        logging_steps=config.logging_interval,
        logging_first_step=True,
        logging_nan_inf_filter=False,
        eval_strategy=_NEVER,
        save_strategy=_NEVER,
        report_to=[],
        disable_tqdm=True,
    )


def uses_checkpointing(config: TrainConfig) -> bool:
    """Whether activations are computed twice: by the config, else on GPUs only."""
    asked = config.use_activation_checkpointing
    return torch.cuda.is_available() if asked == "auto" else asked


def weights_precision(config: TrainConfig, *, with_deepspeed: bool, goes_on: bool = False) -> Precision:
    """The number format that weights are loaded in.

    Training every weight without DeepSpeed needs them in fp32, computing in half precision under autocast; DeepSpeed
    keeps fp32 copies of its own, and a frozen base needs none.

    Args:
        goes_on: they come from a checkpoint, where what ``freeze`` trains is in fp32.
    """
    trains_all = (config.method == "full" and not config.freeze_llm) or (config.method == "freeze" and goes_on)
    return "fp32" if trains_all and not with_deepspeed else choose_precision(config.precision)
