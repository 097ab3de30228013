"""What does not stop a training, but may later: too little memory or disk, rows beyond the context, no checkpoint where the loss is lowest, a port that is taken. Takes milliseconds."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from workbench.actions.launch_training import planned_process_count
from workbench.configs.checkpoint_size import checkpoint_bytes
from workbench.configs.cluster_environment import settled
from workbench.configs.estimate import MemoryEstimate, estimate_memory
from workbench.configs.schema import TrainConfig
from workbench.configs.shapes import context_of
from workbench.errors import WorkbenchError
from workbench.free_memory import Devices, find_devices
from workbench.i18n import _
from workbench.paths import existing_parent
from workbench.sizes import in_words
from workbench.training.meeting_point import require_meeting_point


def preflight_warnings(
    config: TrainConfig, work_dir: Path, memory: MemoryEstimate | None, devices: Devices
) -> list[WorkbenchError]:
    """Each with where it is and how to mend it."""
    found = (
        _memory(memory, devices),
        _context(config),
        _dropped(config),
        _lowest(config),
        _disk(config, work_dir),
        _meeting_point(config),
    )
    return [warning for warning in found if warning is not None]


def warnings_before(config: TrainConfig, work_dir: Path) -> list[WorkbenchError]:
    """The same for a training that is about to be started from here."""
    devices = find_devices(config.devices)
    memory = estimate_memory(config, devices=planned_process_count(config), on_cpu=devices.on_cpu)
    return preflight_warnings(config, work_dir, memory, devices)


def _memory(memory: MemoryEstimate | None, devices: Devices) -> WorkbenchError | None:
    if memory is None or memory.total <= devices.free:
        return None
    return WorkbenchError(
        _("It needs about {needed} of memory; {free} are free.").format(
            needed=in_words(memory.total), free=in_words(devices.free)
        ),
        where="batch_size, max_length" if memory.without_batch <= devices.free else "method, deepspeed",
        fix=_("'workbench train CONFIG --fit' finds the largest batch that fits; qlora, ZeRO-3 or other devices help.")
        if memory.without_batch <= devices.free
        else _("No batch is small enough: take method: qlora, ZeRO-3, one that offloads, or other devices."),
    )


def _context(config: TrainConfig) -> WorkbenchError | None:
    """Whether the model reads rows as long as they may become; stretching never makes its own context shorter."""
    reach = max(config.max_position_embeddings or 0, context_of(config.pretrained_model_name_or_path) or 0)
    if not reach or config.max_length <= reach:
        return None
    return WorkbenchError(
        _("Rows may have {length} tokens, the model's context {reach}.").format(length=config.max_length, reach=reach),
        where="max_length",
        fix=_("Set max_length: {reach}, or stretch the context: max_position_embeddings: {length}.").format(
            reach=reach, length=config.max_length
        ),
    )


def _dropped(config: TrainConfig) -> WorkbenchError | None:
    """Whether dropout would fall on what PiSSA took out of the base: its principal parts, no zeros as in a new adapter.

    Source: peft's examples/pissa_finetuning, which sets it to 0.
    """
    if not (config.has_adapter and config.lora.changes_base and config.lora.lora_dropout):
        return None
    return WorkbenchError(
        _("PiSSA's adapter holds the main part of the base, and dropout leaves pieces of that out at every step."),
        where=f"lora.lora_dropout: {config.lora.lora_dropout:g}",
        fix=_("Set lora.lora_dropout: 0."),
    )


def _lowest(config: TrainConfig) -> WorkbenchError | None:
    """Whether a training that ends some validations after the lowest loss has a checkpoint of that."""
    every, save = config.evaluation_freq, config.save_steps
    if config.early_stopping_patience is None or every < 0 or (save > 0 and every % save == 0):
        return None
    return WorkbenchError(
        _("Not every validation has a checkpoint: there may be none where the loss was lowest."),
        where="save_steps",
        fix=_("Set it to evaluation_freq: {count}.").format(count=every),
    )


def _disk(config: TrainConfig, work_dir: Path) -> WorkbenchError | None:
    """Whether the checkpoints that are kept, and one that is being written, have room."""
    size = checkpoint_bytes(config)
    if size is None or config.save_total_limit < 0:
        return None
    needed = size * (config.save_total_limit + 1)
    folder = existing_parent(work_dir)
    free = shutil.disk_usage(folder).free
    if needed <= free:
        return None
    return WorkbenchError(
        _("The checkpoints need about {needed}; {free} are free on that disk.").format(
            needed=in_words(needed), free=in_words(free)
        ),
        where=str(folder),
        fix=_("Make room, set a smaller save_total_limit, or name another disk with --work-dir."),
    )


def _meeting_point(config: TrainConfig) -> WorkbenchError | None:
    try:
        cluster = settled(config, os.environ).cluster
    except WorkbenchError:  # which is no warning, and told by what the training is started with
        return None
    try:
        require_meeting_point(cluster)
    except WorkbenchError as error:
        return error
    return None
