"""Whether a folder holds an adapter, by the files that peft writes."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.weights.small_json import json_object

_WEIGHTS = ("adapter_model.safetensors", "adapter_model.bin")


def require_adapter(folder: Path) -> None:
    """
    Raises:
        WorkbenchError: it holds none, or one without its weights.
    """
    if "peft_type" not in json_object(folder / "adapter_config.json"):
        raise WorkbenchError(
            _("The folder holds no adapter: adapter_config.json is missing or damaged."),
            where=str(folder),
            fix=_("Name the folder that 'workbench convert' made, or a checkpoint folder of a LoRA training."),
        )
    if not any((folder / file).is_file() for file in _WEIGHTS):
        raise WorkbenchError(
            _("The adapter's weights are missing."),
            where=str(folder),
            fix=_("The folder is not complete; copy it again from where it was trained."),
        )
