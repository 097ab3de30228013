"""What a training is set up with: its GPUs if there are any, and its main fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from textual.widget import Widget

from workbench.configs.schema import TrainConfig
from workbench.data.formats import FORMAT_NAMES
from workbench.devices import list_gpus
from workbench.jobs.queue import holders_of_devices
from workbench.ui.project_files import project_data_files
from workbench.ui.widgets.gpu_picker import GpuPicker
from workbench.ui.widgets.setup_form import SetupForm

_DATA_FIELDS = ["data_path", "dataset_format"]
_PICTURE_FIELDS = ["image_folder", "on_bad_image", "pretrained_pth", "visual_encoder_method"]
"""Shown for a model that sees."""
_MAIN_FIELDS = [
    "stage",
    "method",
    "lora.r",
    "freeze.last_layers",
    "lr",
    "max_epochs",
    "batch_size",
    "accumulative_counts",
    "max_length",
    "save_steps",
    "save_total_limit",
    "evaluation_freq",
    "nproc",
    "deepspeed",
    "work_dir",
    "cluster.launcher",
    "cluster.nodes",
    "cluster.node_rank",
    "cluster.master_addr",
    "cluster.hostfile",
    "cluster.partition",
]


def setup_controls(config: TrainConfig, project: Path) -> Iterator[Widget]:
    """With the values of the config."""
    if gpus := list_gpus():
        yield GpuPicker(gpus, config.devices, holders_of_devices())
    known = {"data_path": project_data_files(project), "dataset_format": ("auto", *FORMAT_NAMES)}
    fields = [*_DATA_FIELDS, *(_PICTURE_FIELDS if config.sees else ()), *_MAIN_FIELDS]
    yield SetupForm(config, fields, known_values=known)
