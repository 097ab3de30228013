"""What a preflight looked at besides memory and length, in words. No widgets here."""

from __future__ import annotations

import shutil
from pathlib import Path

from workbench.configs.checkpoint_size import checkpoint_bytes
from workbench.configs.schema import TrainConfig
from workbench.data.wording import listed
from workbench.free_memory import Devices
from workbench.i18n import _
from workbench.paths import existing_parent
from workbench.sizes import in_words
from workbench.ui.train_plan import TrainPlan

_MOST_NAMED = 3


def looked_at(plan: TrainPlan) -> list[tuple[str, str]]:
    """Each thing and what it is."""
    config = plan.config
    seen = [
        (_("data"), _data(config, plan.files)),
        (_("prompt template"), config.prompt_template),
        (_("devices"), _devices(plan.devices, plan.processes)),
        (_("disk"), _disk(config, plan.work_dir)),
    ]
    if config.cluster.master_port is not None:
        seen.append((_("port"), str(config.cluster.master_port)))
    return seen


def _data(config: TrainConfig, files: dict[str, list[str]]) -> str:
    if not files:
        return listed(config.data_paths)
    return "; ".join(f"{name}: {_named(names)}" for name, names in files.items())


def _named(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    text = listed(names[:_MOST_NAMED])
    return text if more <= 0 else _("{names} and {count} more").format(names=text, count=more)


def _devices(devices: Devices, processes: int) -> str:
    if devices.on_cpu:
        return _("the CPU; processes: {count}").format(count=processes)
    return _("GPUs here: {gpus}; processes: {count}").format(gpus=devices.count, count=processes)


def _disk(config: TrainConfig, work_dir: Path) -> str:
    folder = existing_parent(work_dir)
    free = in_words(shutil.disk_usage(folder).free)
    size = checkpoint_bytes(config)
    if size is None:
        return _("{free} free in {folder}").format(free=free, folder=folder)
    return _("{free} free in {folder}; a checkpoint takes about {size}").format(
        free=free, folder=folder, size=in_words(size)
    )
