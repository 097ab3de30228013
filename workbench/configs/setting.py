"""How a config field is declared: default, range, unit, group and its explanation in both languages, in one place."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo

from workbench.i18n import N_, current_language

GROUP_TITLES = {
    "model": N_("Model"),
    "data": N_("Data"),
    "vision": N_("Vision"),
    "training": N_("Training"),
    "method": N_("Method"),
    "preference": N_("Preference"),
    "saving": N_("Saving"),
    "evaluation": N_("Evaluation"),
    "devices": N_("Devices"),
}
GROUPS = tuple(GROUP_TITLES)
UNITS = (
    N_("tokens"),
    N_("rows"),
    N_("epochs"),
    N_("iterations"),
    N_("samples"),
    N_("optimiser steps"),
    N_("checkpoints"),
    N_("layers"),
    N_("evaluations"),
    N_("machines"),
    N_("minutes"),
)


def setting(
    default: Any = ...,
    *,
    en: str,
    zh: str,
    group: str,
    unit: str | None = None,
    advanced: bool = False,
    **constraints: Any,
) -> Any:
    """A pydantic field that carries everything forms, ``--help``, the docs table and the JSON schema show.

    Args:
        default: the value when the file does not name the field.
        en: one sentence of explanation in English.
        zh: the same sentence in Simplified Chinese.
        group: a key of `GROUP_TITLES`; the section of the form and of the docs table.
        unit: what the number counts, one of `UNITS`.
        advanced: shown only when the form's advanced fields are unfolded.
        **constraints: pydantic's own (``gt``, ``ge``, ``lt``, ``le``, ``min_length`` …).
    """
    if isinstance(default, list | dict):
        constraints["default_factory"] = default.copy
    else:
        constraints["default"] = default
    extra: JsonDict = {"group": group, "zh": zh, "unit": unit, "advanced": advanced}
    return Field(description=en, json_schema_extra=extra, **constraints)


def _extra(info: FieldInfo) -> dict[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def explanation(info: FieldInfo) -> str:
    """The field's sentence in the current language."""
    if current_language() == "zh_CN":
        return str(_extra(info).get("zh") or info.description or "")
    return info.description or ""


def group_of(info: FieldInfo) -> str:
    """The field's group, a key of `GROUP_TITLES`."""
    return str(_extra(info).get("group") or "training")


def unit_of(info: FieldInfo) -> str | None:
    """What the field's number counts, if it is a number with a unit."""
    unit = _extra(info).get("unit")
    return str(unit) if unit else None


def is_advanced(info: FieldInfo) -> bool:
    """Whether a form may hide the field at first."""
    return bool(_extra(info).get("advanced"))
