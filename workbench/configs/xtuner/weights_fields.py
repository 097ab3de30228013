"""What the parts of a model in an XTuner config have in common: a path, an adapter, whether something is frozen."""

from __future__ import annotations

from typing import Any

from workbench.configs.xtuner import reasons
from workbench.configs.xtuner.report import Part
from workbench.configs.xtuner.values import Unreadable, as_text, type_name
from workbench.i18n import _

PATH = "pretrained_model_name_or_path"
_LORA_CLASS = "LoraConfig"
_LORA_FIELDS: dict[str, tuple[tuple[type[Any], ...], Any]] = {
    "r": ((int,), 8),
    "lora_alpha": ((int,), 8),
    "lora_dropout": ((int, float), 0.0),
    "bias": ((str,), "none"),
    "target_modules": ((list, tuple, str), None),
    "modules_to_save": ((list, tuple), None),
    "use_dora": ((bool,), None),
    "use_rslora": ((bool,), None),
    "init_lora_weights": ((str,), None),
}
"""Kinds of values, and what peft takes where none is given."""


def carry_path(part: Part, field: str, key: str = PATH) -> None:
    """Carry over where a model's weights are, or refuse the config for want of it."""
    if part.read(key, str) is None:
        part.report.refuse(field, why_unread(part, key), part.place(key))
    part.carry(key, field, str)


def why_unread(part: Part, key: str) -> str:
    """Why an entry has no value that could be carried."""
    value = part.values.get(key)
    if isinstance(value, Unreadable):
        return _("{source} cannot be read: {reason}.").format(source=value.source, reason=value.reason)
    if value is not None:
        return _("{name} is of a class that is not known: {value}.").format(
            name=part.full_name(key), value=as_text(value)
        )
    return _("{name} is missing.").format(name=part.full_name(key))


def is_set(part: Part, key: str, field: str) -> bool:
    """Whether something is true, as it is not where nothing is said.

    Args:
        field: the field of ours that cannot be filled if it cannot be told.
    """
    if isinstance(part.values.get(key), Unreadable):
        part.report.refuse(field, why_unread(part, key), part.place(key))
    return part.read(key, bool) is True


def refuse_other_class(part: Part, field: str, *names: str) -> None:
    """Refuse to guess a field of ours from an adapter or a quantisation of another class."""
    if type_name(part.values) not in names:
        reason = _("{name} is of a class that is not known: {value}.")
        part.report.refuse(field, reason.format(name=part.name, value=as_text(part.values)), part.place("type"))


def carry_adapter(lora: Part, group: str, way: str) -> None:
    """Carry an adapter over.

    Args:
        group: the field of ours that holds its settings.
        way: the field of ours that cannot be filled if it is of a class that is not known.
    """
    refuse_other_class(lora, way, _LORA_CLASS)
    for key, (kinds, absent) in _LORA_FIELDS.items():
        lora.carry(key, f"{group}.{key}", kinds, absent=absent)
    lora.leave_rest(reasons.LORA)


def carry_start(model: Part) -> None:
    """Carry over the adapter that is trained on."""
    path = model.read("peft_model", str)
    if path:
        note = _("if it is a checkpoint of XTuner, turn it into an adapter first: workbench convert pth_to_hf")
        model.report.carry("adapter_name_or_path", path, model.full_name("peft_model"), note)
