"""Which settings of a config make a training take less memory, and by how much: the most harmless first. Light."""

from __future__ import annotations

from workbench.configs.deepspeed_names import NO_DEEPSPEED, zero_stage
from workbench.configs.schema import TrainConfig
from workbench.i18n import _

_SHORT_ENOUGH = 512
_AT_MOST = 3


def memory_mends(config: TrainConfig, *, on_gpu: bool) -> str:
    """What to change after memory ran out, in one sentence; the samples of an optimiser step stay as many."""
    changes = _changes(config, on_gpu=on_gpu)[:_AT_MOST]
    fit = _("'workbench train CONFIG --fit' finds the largest batch that fits.")
    if not changes:
        return " ".join((_("Take a smaller model, or a machine with more memory."), fit))
    way = _("--resume takes them over by --set NAME=VALUE, but method and max_length only where nothing was saved yet.")
    return " ".join((_("To take less: {changes}.").format(changes="; ".join(changes)), way, fit))


def _changes(config: TrainConfig, *, on_gpu: bool) -> list[str]:
    found = []
    if config.batch_size > 1:
        half = (config.batch_size + 1) // 2
        found.append(f"batch_size {config.batch_size} → {half}, accumulative_counts → {config.accumulative_counts * 2}")
    if config.use_activation_checkpointing is False or (config.use_activation_checkpointing == "auto" and not on_gpu):
        found.append("use_activation_checkpointing → true")
    if config.method == "full":
        found.append("method full → lora")
    elif config.method == "lora":
        found.append("method lora → qlora")
    if config.max_length > _SHORT_ENOUGH:
        found.append(f"max_length {config.max_length} → {config.max_length // 2}")
    if on_gpu and config.deepspeed not in (NO_DEEPSPEED,) and zero_stage(config.deepspeed) < 3:
        found.append("deepspeed → zero3_offload")
    if not on_gpu and config.dataloader_num_workers > 0:
        found.append(f"dataloader_num_workers {config.dataloader_num_workers} → 0")
    return found
