"""Batches, optimiser, learning rate and length of the training, from an XTuner config."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.configs.xtuner import reasons
from workbench.configs.xtuner.data_fields import carry_data
from workbench.configs.xtuner.data_paths import why_unknown
from workbench.configs.xtuner.model_fields import carry_precision
from workbench.configs.xtuner.report import Part, Report
from workbench.configs.xtuner.values import Settings, type_name
from workbench.i18n import N_, _

_NUMBER = (int, float)
_WARM_UP = "LinearLR"
_FALLS = {"CosineAnnealingLR": "cosine", "ConstantLR": "constant", "PolyLR": "linear", "LinearLR": "linear"}
_START = 1e-5
"""XTuner's usual share of the learning rate at the first step; here the rise begins at zero."""


def carry_dataloader(root: Part) -> None:
    """Carry over batches and the data they are made of."""
    loader = root.part("train_dataloader")
    if loader is None:
        root.report.refuse("data_path", _("The config has no train_dataloader."))
        return
    loader.carry("batch_size", "batch_size", int)
    loader.carry("num_workers", "dataloader_num_workers", int)
    dataset = loader.part("dataset")
    if dataset is not None:
        carry_data(root, dataset)
    else:
        root.report.refuse("data_path", why_unknown(loader.values.get("dataset")), loader.place("dataset"))
    _carry_sampler(loader)
    collate = loader.part("collate_fn")
    if collate is not None:
        collate.raw("use_varlen_attn")  # the model's own decides
        collate.leave_rest()
    loader.leave_rest(reasons.DATALOADER)


def _carry_sampler(loader: Part) -> None:
    sampler = loader.part("sampler")
    if sampler is None:
        return
    if sampler.read("shuffle", bool) is False:
        sampler.leave("shuffle", N_("rows are shuffled in every pass"))
    if type_name(sampler.values) == "LengthGroupedSampler":
        loader.report.carry("group_by_length", True, sampler.full_name("type"))
    for key in ("seed", "length_property", "per_device_batch_size", "round_up"):
        sampler.raw(key)


def carry_optimiser(root: Part) -> None:
    """Carry over the optimiser, clipping and accumulation."""
    wrapper = root.part("optim_wrapper")
    if wrapper is None:
        return
    optimiser = wrapper.part("optimizer")
    if optimiser is not None:
        _carry_optimiser_settings(optimiser)
    clip = wrapper.part("clip_grad")
    if clip is not None:
        clip.carry("max_norm", "max_norm", _NUMBER)
        clip.leave_rest(reasons.CLIP_GRAD)
    else:
        wrapper.leave("clip_grad", N_("gradients longer than max_norm are always scaled down"))
    wrapper.carry("accumulative_counts", "accumulative_counts", int, absent=1)
    if wrapper.values.get("dtype") is not None:  # what is computed in; the model's own is how weights are loaded
        root.report.carried.pop("precision", None)
    carry_precision(wrapper, "dtype")
    wrapper.leave_rest(reasons.OPTIM_WRAPPER)
    root.carry("sequence_parallel_size", "sequence_parallel_size", int)  # and in accumulative_counts, as here


def _carry_optimiser_settings(optimiser: Part) -> None:
    optimiser.report.carry("optim_type", type_name(optimiser.values), optimiser.full_name("type"))
    optimiser.carry("lr", "lr", _NUMBER, absent=1e-3)
    optimiser.carry("betas", "betas", (tuple, list))
    optimiser.carry("weight_decay", "weight_decay", _NUMBER, absent=1e-2)
    optimiser.leave_rest()


def carry_length(root: Part) -> None:
    """Carry over how long is trained; the schedule of the learning rate is measured by it."""
    loop = root.part("train_cfg")
    if loop is None:
        return
    loop.carry("max_epochs", "max_epochs", int)
    loop.carry("max_iters", "max_iters", int)
    loop.leave_rest(reasons.TRAIN_CFG)


def carry_schedule(root: Part) -> None:
    """Carry over the rise and fall of the learning rate."""
    name, value = root.full_name("param_scheduler"), root.raw("param_scheduler")
    listed = list(value) if isinstance(value, list | tuple) else [value] if value is not None else []
    if not all(isinstance(one, Settings) for one in listed):
        root.leave("param_scheduler")
        return
    parts = [Part(root.report, f"{name}[{number}]", one) for number, one in enumerate(listed)]
    rises = bool(parts) and _is_warm_up(parts[0].values)
    falls = parts[1:] if rises else parts
    if rises:
        _carry_warm_up(parts[0], _length(falls, root.report))
    else:
        root.report.carry("warmup_ratio", 0.0, name)
    for part in falls:
        _carry_fall(part)
    root.report.carry("lr_scheduler_type", "constant_with_warmup" if rises else "constant", name)


def _is_warm_up(values: Settings) -> bool:
    """Whether a schedule rises to the learning rate, as it does unless it begins there or falls from it."""
    return type_name(values) == _WARM_UP and values.get("start_factor", 0) != 1


def _length(falls: list[Part], report: Report) -> int | float | None:
    """The whole training in the unit of the schedule: where the last part of it ends."""
    ends = [part.values.get("end", part.values.get("T_max")) for part in falls]
    length = ends[-1] if ends else report.value_of("max_epochs")
    return length if isinstance(length, _NUMBER) else None


def _carry_warm_up(part: Part, length: float | None) -> None:
    if part.raw("start_factor") != _START:
        part.leave("start_factor", N_("the rise begins at zero"))
    part.raw("begin")
    end = part.read("end", _NUMBER)
    if end is None or not length or not 0 <= end < length:
        part.leave("end", N_("is no share of the training that can be told"))
    else:
        part.report.carry("warmup_ratio", round(end / length, 6), part.full_name("end"))
    part.leave_rest(reasons.SCHEDULER)


def _carry_fall(part: Part) -> None:
    kind = type_name(part.values)
    if kind in _FALLS:
        part.report.carry("lr_scheduler_type", _FALLS[kind], part.full_name("type"))
    else:
        part.leave("type", N_("the learning rate falls as lr_scheduler_type says"))
    _carry_lowest(part)
    for key in ("begin", "end", "T_max"):
        part.raw(key)
    part.leave_rest(reasons.SCHEDULER)


def _carry_lowest(part: Part) -> None:
    lowest, highest = part.read("eta_min", _NUMBER), part.report.value_of("lr")
    if lowest and highest and lowest < highest:
        note = _("as a share of lr")
        part.report.carry("min_lr_ratio", round(lowest / highest, 6), part.full_name("eta_min"), note)
    elif lowest:
        part.leave("eta_min", N_("is not below the learning rate"))


_TRAINER_FIELDS: Mapping[str, tuple[str, Any, Any]] = {
    "per_device_train_batch_size": ("batch_size", int, 8),
    "gradient_accumulation_steps": ("accumulative_counts", int, 1),
    "num_train_epochs": ("max_epochs", int, 3),
    "learning_rate": ("lr", _NUMBER, 5e-5),
    "optim": ("optim_type", str, "adamw_torch"),
    "weight_decay": ("weight_decay", _NUMBER, 0.0),
    "max_grad_norm": ("max_norm", _NUMBER, 1.0),
    "lr_scheduler_type": ("lr_scheduler_type", str, "linear"),
    "warmup_ratio": ("warmup_ratio", _NUMBER, 0.0),
    "save_total_limit": ("save_total_limit", int, -1),
    "logging_steps": ("logging_interval", int, 500),
    "dataloader_num_workers": ("dataloader_num_workers", int, 0),
    "seed": ("seed", int, 42),
    "neftune_noise_alpha": ("neftune_noise_alpha", _NUMBER, None),
}
"""Our field, the kind of its value, and what the trainer takes where none is given."""


_TRAINER_SAVES = 500


def carry_trainer(root: Part) -> None:
    """Carry over a config for Hugging Face's trainer, with ``training_args`` and ``train_dataset`` of its own."""
    arguments = root.part("training_args")
    dataset = root.part("train_dataset")
    root.raw("framework")
    root.raw("trainer")
    if dataset is not None:
        carry_data(root, dataset)
    if arguments is None:
        return
    for key, (name, kind, absent) in _TRAINER_FIELDS.items():
        arguments.carry(key, name, kind, absent=absent)
    _carry_trainer_saving(arguments)
    arguments.leave_rest(reasons.TRAINER_ARGUMENTS)


def _carry_trainer_saving(arguments: Part) -> None:
    """The trainer counts optimiser steps where workbench counts micro-batches."""
    steps = arguments.read("save_steps", int) or _TRAINER_SAVES
    if steps > 0:
        note = _("counted in iterations instead of optimiser steps")
        count = steps * arguments.report.value_of("accumulative_counts", 1)
        arguments.report.carry("save_steps", count, arguments.full_name("save_steps"), note)
    for key in ("fp16", "bf16"):
        if arguments.values.get(key) is True:
            arguments.report.carry("precision", "auto" if key == "fp16" else "bf16", arguments.full_name(key))
