"""The schema in words: ``train --help``, the docs table, and the JSON schema for editors.

``python -m workbench.configs.describe docs`` writes ``docs/config.md`` and ``docs/config.schema.json``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from workbench.configs.schema import TrainConfig
from workbench.configs.setting import GROUP_TITLES, explanation, group_of, unit_of
from workbench.i18n import _, current_language, set_language

_SIGNS = {Ge: ("ge", "≥"), Gt: ("gt", ">"), Le: ("le", "≤"), Lt: ("lt", "<")}


def fields(model: type[BaseModel] = TrainConfig, prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every field that holds a value, with its dotted name; groups such as ``lora`` are entered, not listed."""
    for name, info in model.model_fields.items():
        annotation = info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from fields(annotation, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", info


def type_in_words(annotation: Any) -> str:
    """``whole number``, ``text``, ``one of: a, b`` and so on, in the current language."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " / ".join(f"`{choice}`" for choice in arguments)
    if origin in (Union, UnionType):
        return _(" or ").join(type_in_words(member) for member in arguments if member is not NoneType)
    if origin is list:
        return _("list of {items}").format(items=type_in_words(arguments[0]))
    if origin is dict:
        return _("names to names")
    if origin is tuple:
        return _("{count} numbers").format(count=len(arguments))
    return {bool: _("true / false"), int: _("whole number"), float: _("number"), str: _("text")}[annotation]


def limits_in_words(info: FieldInfo) -> str:
    """``≥ 1, < 10`` with the unit, or nothing."""
    bounds = []
    for constraint in info.metadata:
        if type(constraint) in _SIGNS:
            attribute, sign = _SIGNS[type(constraint)]
            bounds.append(f"{sign} {getattr(constraint, attribute)}")
    unit = unit_of(info)
    return " ".join(filter(None, (", ".join(bounds), _(unit) if unit else "")))


def default_in_words(info: FieldInfo) -> str:
    """The default as YAML would show it; ``required`` if there is none."""
    if info.is_required():
        return _("required")
    default = info.get_default(call_default_factory=True, validated_data={})
    if default is None or default == "":
        return _("empty")
    return json.dumps(default, ensure_ascii=False) if not isinstance(default, str) else default


def settings_in_words() -> list[tuple[str, str]]:
    """Dotted name and explanation with default, for a terminal's help."""
    return [(name, f"{explanation(info)} [{default_in_words(info)}]") for name, info in fields()]


def docs_page() -> str:
    """The Markdown page with a table per group."""
    lines = [
        "# Config fields",
        "",
        "Generated from `workbench/configs/*_settings.py` and `schema.py` by `python -m workbench.configs.describe docs`; do not edit.",
        "Every field of a config file. `lora.r` stands for the field `r` indented under `lora:`; on the command line",
        "it is `--set lora.r=16`. Iterations are micro-batches of one device; an optimiser step takes",
        "`accumulative_counts` of them. Editors complete and check fields with `docs/config.schema.json`.",
        "",
    ]
    for group, title in GROUP_TITLES.items():
        header = ("field", "type", "default", "limits and unit", "meaning")
        lines += [f"## {_(title)}", "", _row(header), _row(["---"] * len(header))]
        lines += [_row(_cells(name, info)) for name, info in fields() if group_of(info) == group]
        lines.append("")
    return "\n".join(lines)


def _cells(name: str, info: FieldInfo) -> tuple[str, ...]:
    default = default_in_words(info)
    return f"`{name}`", type_in_words(info.annotation), default, limits_in_words(info), explanation(info)


def _row(cells: Any) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def json_schema() -> dict[str, Any]:
    """The JSON schema of a config file, for completion and checks in editors."""
    schema = TrainConfig.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "workbench config"}


def generated_documents() -> dict[str, str]:
    """File name → content of everything this module writes, in English."""
    before = current_language()
    set_language("en")
    try:
        return {
            "config.md": docs_page(),
            "config.schema.json": json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n",
        }
    finally:
        set_language(before)


if __name__ == "__main__":
    for file_name, content in generated_documents().items():
        (Path(sys.argv[1]) / file_name).write_text(content, encoding="utf-8")
