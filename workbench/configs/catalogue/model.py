"""What a base model of the catalogue is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Model:
    """A base model.

    ``settings`` are values that this model wants whatever it is trained on, ``settings_by_method`` those that it
    wants under one method (a key of `methods.BY_KEY`).
    """

    key: str
    family: str
    title: str
    name_or_path: str
    prompt_template: str
    settings: dict[str, Any] = field(default_factory=dict)
    settings_by_method: dict[str, dict[str, Any]] = field(default_factory=dict)


def models(
    family: str,
    template: str,
    rows: str,
    settings: Mapping[str, Any] | None = None,
    settings_by_method: Mapping[str, dict[str, Any]] | None = None,
) -> tuple[Model, ...]:
    """Base models of one family and prompt template.

    Args:
        rows: a line for each, ``key owner/name Title``.
        settings: of each of them, as in `Model`.
    """
    split = (row.split(maxsplit=2) for row in rows.strip().splitlines())
    return tuple(
        Model(key, family, title, name, template, dict(settings or {}), dict(settings_by_method or {}))
        for key, name, title in split
    )
