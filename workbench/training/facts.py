"""What was decided for a run, and why: one sentence each, for the person who started it."""

from __future__ import annotations

from typing import Any

import torch

from workbench.configs.method_settings import QuantizationSettings
from workbench.configs.schema import TrainConfig
from workbench.data.prepare.report import DataReport
from workbench.i18n import _
from workbench.models.precision import choose_precision
from workbench.training.arguments import uses_checkpointing
from workbench.training.ranks import world_size
from workbench.training.schedule import warmup_steps
from workbench.training.session import Session


def facts(session: Session, model: Any, report: DataReport, *, deepspeed: str | None, why_not: str | None) -> list[str]:
    """The facts of a run that is about to begin.

    Args:
        deepspeed: the preset or file in use, or None.
        why_not: why DeepSpeed is not used although the config names a preset.
    """
    return [
        _hardware(session.config, model),
        _deepspeed(deepspeed, why_not),
        *report.sentences(),
        _length(session),
        _schedule(session),
        _optimizer(session.config),
        _parameters(model, session.config),
    ]


def _hardware(config: TrainConfig, model: Any) -> str:
    on_gpu = torch.cuda.is_available()
    return _("Device: {device}; processes: {count}; precision: {precision}; attention: {attention}{more}.").format(
        device=torch.cuda.get_device_name() if on_gpu else "CPU",
        count=world_size(),
        precision=choose_precision(config.precision),
        attention=getattr(model.config, "_attn_implementation", "eager"),
        more=_("; activation checkpointing") if uses_checkpointing(config) else "",
    )


def _deepspeed(name: str | None, why_not: str | None) -> str:
    if name:
        return _("DeepSpeed: {name}.").format(name=name)
    return _("Without DeepSpeed: {reason}").format(reason=why_not)


def _length(session: Session) -> str:
    counting = session.counting
    return _(
        "Iterations (micro-batches of each device): {iters}, of an epoch: {epoch_iters}; optimiser steps: {steps}, of an "
        "epoch: {epoch_steps}."
    ).format(
        iters=counting.total_iters,
        steps=counting.total_steps,
        epoch_iters=counting.iters_per_epoch,
        epoch_steps=counting.steps_per_epoch,
    )


def _schedule(session: Session) -> str:
    config, counting = session.config, session.counting
    steps = 0 if config.lr_scheduler_type == "constant" else warmup_steps(config.warmup_ratio, counting.total_steps)
    return _(
        "Learning rate: {kind}, at most {lr:g}; optimiser steps of its warm-up: {steps} (iterations: {iters})."
    ).format(kind=config.lr_scheduler_type, lr=config.lr, steps=steps, iters=counting.iter_at(steps))


def _optimizer(config: TrainConfig) -> str:
    noise = config.neftune_noise_alpha
    return _("Optimiser: {name}{more}.").format(
        name=config.optim_type,
        more="" if noise is None else _("; noise on the embeddings (NEFTune): {alpha:g}").format(alpha=noise),
    )


def _parameters(model: Any, config: TrainConfig) -> str:
    trained = sum(_size(parameter) for parameter in model.parameters() if parameter.requires_grad)
    # a quantised base packs two weights into a byte, so that only a whole model can be set in relation
    if config.method == "qlora":
        text = _("Trained parameters: {trained:,} (the language model in {kind}).")
        return text.format(trained=trained, kind=_few_bits(config.quantization))
    total = sum(_size(parameter) for parameter in model.parameters())
    return _("Trained parameters: {trained:,} of {total:,} ({share:.2%}).").format(
        trained=trained, total=total, share=trained / total
    )


def _few_bits(settings: QuantizationSettings) -> str:
    return "int8" if settings.load_in_8bit else settings.bnb_4bit_quant_type


def _size(parameter: Any) -> int:
    """Under ZeRO-3 a parameter is empty on its own and knows its full size."""
    return int(getattr(parameter, "ds_numel", parameter.numel()))
