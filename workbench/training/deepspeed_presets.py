"""The DeepSpeed settings behind the preset names, and a user's own JSON file. Light: imports nothing of DeepSpeed.

``auto`` values are filled in by transformers from the training arguments.
"""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from workbench.configs.deepspeed_names import PRESETS
from workbench.errors import WorkbenchError
from workbench.i18n import _

_TO_CPU = {"device": "cpu", "pin_memory": True}
_ZERO: dict[str, dict[str, Any]] = {
    "deepspeed_zero1": {"stage": 1},
    "deepspeed_zero2": {"stage": 2},
    "deepspeed_zero2_offload": {"stage": 2, "offload_optimizer": _TO_CPU},
    "deepspeed_zero3": {"stage": 3, "stage3_gather_16bit_weights_on_model_save": True},
    "deepspeed_zero3_offload": {
        "stage": 3,
        "offload_optimizer": _TO_CPU,
        "offload_param": _TO_CPU,
        "stage3_gather_16bit_weights_on_model_save": True,
    },
}


def deepspeed_settings(name: str) -> dict[str, Any]:
    """The settings of a preset, or of the JSON file with that path.

    Raises:
        WorkbenchError: the file cannot be read or holds no JSON object.
    """
    return _preset(name) if name in PRESETS else _from_file(Path(name))


def _preset(name: str) -> dict[str, Any]:
    return {
        "gradient_accumulation_steps": "auto",
        "train_micro_batch_size_per_gpu": "auto",
        "gradient_clipping": "auto",
        "zero_allow_untested_optimizer": True,
        "zero_force_ds_cpu_optimizer": False,
        "zero_optimization": {"overlap_comm": True, **deepcopy(_ZERO[name])},
        "fp16": {"enabled": "auto", "initial_scale_power": 16},
        "bf16": {"enabled": "auto"},
    }


def _from_file(path: Path) -> dict[str, Any]:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WorkbenchError(
            _("The DeepSpeed file cannot be read: {reason}").format(reason=error.strerror), where=str(path)
        ) from error
    except ValueError as error:
        raise WorkbenchError(
            _("The DeepSpeed file is not JSON: {reason}").format(reason=error), where=str(path)
        ) from error
    if not isinstance(settings, dict):
        raise WorkbenchError(_("A DeepSpeed file holds one JSON object."), where=str(path))
    return settings


def zero_stage_of(settings: dict[str, Any]) -> int:
    """The ZeRO stage of some DeepSpeed settings."""
    return int(settings.get("zero_optimization", {}).get("stage", 0))
