"""What does not stop a training, but may later or surprises: what is fetched first, too little memory or disk, settings
that do nothing, rows beyond the context, no checkpoint where the loss is lowest, a port that is taken. Takes milliseconds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from workbench.actions.launch_training import planned_process_count
from workbench.actions.to_fetch import bytes_to_fetch, fetch_warnings
from workbench.configs.checkpoint_size import checkpoint_bytes
from workbench.configs.cluster_environment import settled
from workbench.configs.estimate import MemoryEstimate, estimate_memory
from workbench.configs.idle_settings import idle_settings
from workbench.configs.schema import TrainConfig
from workbench.configs.shapes import context_of
from workbench.errors import WorkbenchError
from workbench.free_memory import Devices, find_devices
from workbench.hub.local import hub_cache
from workbench.i18n import _
from workbench.paths import existing_parent
from workbench.sizes import in_words
from workbench.training.meeting_point import require_meeting_point


def preflight_warnings(
    config: TrainConfig,
    work_dir: Path,
    memory: MemoryEstimate | None,
    devices: Devices,
    assignments: Sequence[str] = (),
) -> list[WorkbenchError]:
    """Each with where it is and how to mend it.

    Args:
        assignments: the ``key=value`` that the user has changed the config with.
    """
    found = (
        _memory(memory, devices),
        _context(config),
        _dropped(config),
        _lowest(config),
        _stretched(config),
        _meeting_point(config),
    )
    single = [warning for warning in found if warning is not None]
    return [*fetch_warnings(config), *single, *_disk(config, work_dir), *_idle(config, assignments)]


def warnings_before(config: TrainConfig, work_dir: Path, assignments: Sequence[str]) -> list[WorkbenchError]:
    """The same for a training that is about to be started from here."""
    devices = find_devices(config.devices)
    memory = estimate_memory(config, devices=planned_process_count(config), on_cpu=devices.on_cpu)
    return preflight_warnings(config, work_dir, memory, devices, assignments)


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


def _disk(config: TrainConfig, work_dir: Path) -> list[WorkbenchError]:
    """Whether the checkpoints that are kept, one that is being written, and what is fetched first have room."""
    checkpoints = (checkpoint_bytes(config) or 0) * (config.save_total_limit + 1)
    fetched, cache = bytes_to_fetch(config), existing_parent(hub_cache())
    folder = existing_parent(work_dir)
    if folder.stat().st_dev == cache.stat().st_dev:
        return _room(folder, checkpoints, fetched)
    return _room(folder, checkpoints, 0) + _room(cache, 0, fetched)


def _room(folder: Path, checkpoints: int, fetched: int) -> list[WorkbenchError]:
    free = shutil.disk_usage(folder).free
    if checkpoints + fetched <= free:
        return []
    text = (
        _("The checkpoints need about {needed}; {free} are free on that disk.")
        if not fetched
        else _("The checkpoints and what is fetched need about {needed}; {free} are free on that disk.")
        if checkpoints
        else _("What is fetched needs about {needed}; {free} are free on that disk.")
    )
    fix = (
        _("Make room, set a smaller save_total_limit, or name another disk with --work-dir.")
        if checkpoints
        else _("Make room, or move the cache with HF_HOME.")
    )
    what = text.format(needed=in_words(checkpoints + fetched), free=in_words(free))
    return [WorkbenchError(what, where=str(folder), fix=fix)]


def _idle(config: TrainConfig, assignments: Sequence[str]) -> list[WorkbenchError]:
    """Settings that are given and do nothing in this config."""
    named = {assignment.partition("=")[0].strip() for assignment in assignments}
    return [
        WorkbenchError(
            _("This does nothing with {setting}.").format(setting=idle.beside),
            where=", ".join(idle.fields),
            fix=_("Take it out, or set what it is for: {setting}.").format(setting=idle.wanted),
        )
        for idle in idle_settings(config, named)
    ]


def _stretched(config: TrainConfig) -> WorkbenchError | None:
    """Whether the context is to be stretched to what the model reads as it is."""
    reach, wanted = context_of(config.pretrained_model_name_or_path), config.max_position_embeddings
    if not reach or not wanted or wanted > reach:
        return None
    return WorkbenchError(
        _("This does nothing: the model reads {reach} tokens as it is.").format(reach=reach),
        where=f"max_position_embeddings: {wanted}",
        fix=_("Take it out, or set more than that."),
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
