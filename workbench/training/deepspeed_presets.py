"""The DeepSpeed settings behind the preset names, and a user's own JSON file. Light: imports nothing of DeepSpeed.

``auto`` values are filled in by transformers from the training arguments.
"""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from workbench.configs.deepspeed_names import KNOWN_SETTINGS, PRESETS
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError, mend_file, nearest, system_reason
from workbench.i18n import _

_AUTO = "auto"
_EPSILON = 1e-8
"""AdamW's, as torch and transformers have it."""
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
            _("The DeepSpeed file cannot be read: {reason}").format(reason=system_reason(error)),
            where=str(path),
            fix=mend_file(path),
        ) from error
    except ValueError as error:
        raise WorkbenchError(
            _("The DeepSpeed file is not JSON: {reason}").format(reason=error), where=str(path)
        ) from error
    if not isinstance(settings, dict):
        raise WorkbenchError(_("A DeepSpeed file holds one JSON object."), where=str(path))
    return settings


def matched(settings: dict[str, Any], config: TrainConfig) -> tuple[dict[str, Any], list[str]]:
    """A user's settings with what the config decides left to it, and a sentence on each value that said otherwise.

    Raises:
        WorkbenchError: a setting that DeepSpeed does not know, a ZeRO stage that there is not or that the model cannot be
            trained with, or a schedule of its own.
    """
    said = _unknown(settings)
    _require_usable(settings)
    _require_whole_tower(settings, config)
    decided: dict[str, float | int] = {
        "train_micro_batch_size_per_gpu": config.batch_size,
        "gradient_accumulation_steps": config.accumulative_counts,
        "gradient_clipping": config.max_norm,
    }
    left = dict(settings)
    for name, value in decided.items():
        given = settings.get(name, _AUTO)
        left[name] = _AUTO
        if given not in (_AUTO, value):
            said.append(_mismatch(name, given, value))
    if left.pop("train_batch_size", _AUTO) != _AUTO:
        said.append(
            _("train_batch_size of the DeepSpeed file is not used: it follows from the config and the processes.")
        )
    for name in ("fp16", "bf16"):
        if isinstance(section := settings.get(name), dict) and section.get("enabled", _AUTO) != _AUTO:
            left[name] = {**section, "enabled": _AUTO}
            said.append(_mismatch(f"{name}.enabled", section["enabled"], f"precision: {config.precision}"))
    if isinstance(optimizer := settings.get("optimizer"), dict):
        left["optimizer"], more = _matched_optimizer(optimizer, config)
        said += more
    return left, said


def _matched_optimizer(optimizer: dict[str, Any], config: TrainConfig) -> tuple[dict[str, Any], list[str]]:
    """DeepSpeed's own optimiser with the config's numbers, which transformers insists on."""
    given = optimizer.get("params")
    params = dict(given) if isinstance(given, dict) else {}
    decided: dict[str, Any] = {
        "lr": config.lr,
        "betas": list(config.betas),
        "eps": _EPSILON,
        "weight_decay": config.weight_decay,
    }
    said = []
    for name, value in decided.items():
        if params.get(name, _AUTO) not in (_AUTO, value):
            said.append(_mismatch(f"optimizer.params.{name}", params[name], value))
        if name in params:
            params[name] = _AUTO
    return {**optimizer, "params": params}, said


def _mismatch(name: str, given: object, value: object) -> str:
    return _("Mismatch on {name}: the DeepSpeed file says {given}, the config {value}; the config's is used.").format(
        name=name, given=json.dumps(given), value=value
    )


def _unknown(settings: dict[str, Any]) -> list[str]:
    """A sentence on names that are not known; DeepSpeed passes over them in silence. A likely slip is refused."""
    unknown = sorted(set(settings) - KNOWN_SETTINGS)
    for name in unknown:
        if likely := nearest(name, sorted(KNOWN_SETTINGS)):
            raise WorkbenchError(
                _("DeepSpeed has no setting {name}.").format(name=name),
                where="deepspeed",
                fix=_("Did you mean {name}?").format(name=likely[0]),
            )
    return [_("DeepSpeed is not known to have a setting {name}.").format(name=name) for name in unknown]


def _require_whole_tower(settings: dict[str, Any], config: TrainConfig) -> None:
    """A vision tower and a language model are put together after loading, when ZeRO-3 has spread their weights."""
    if config.visual_encoder_name_or_path and zero_stage_of(settings) == 3:
        raise WorkbenchError(
            _("A language model with a vision tower before it cannot be trained with ZeRO-3."),
            where="deepspeed",
            fix=_("Take deepspeed: zero2, with method: qlora if the memory does not suffice."),
        )


def _require_usable(settings: dict[str, Any]) -> None:
    if "scheduler" in settings:
        raise WorkbenchError(
            _("The learning rate follows the config, not a scheduler of the DeepSpeed file."),
            where="deepspeed",
            fix=_("Remove scheduler from the file; set lr_scheduler_type and warmup_ratio."),
        )
    zero = settings.get("zero_optimization", {})
    stage = zero.get("stage", 0) if isinstance(zero, dict) else None
    if stage not in (0, 1, 2, 3):
        raise WorkbenchError(
            _("ZeRO has the stages 0 to 3, not {stage}.").format(stage=json.dumps(stage)),
            where="deepspeed",
            fix=_('Write for example "zero_optimization": {"stage": 2}.'),
        )


def zero_stage_of(settings: dict[str, Any]) -> int:
    """The ZeRO stage of some DeepSpeed settings."""
    return int(settings.get("zero_optimization", {}).get("stage", 0))
