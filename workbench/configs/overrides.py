"""``--set key=value``: changes to a config from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from workbench.configs.problems import field_of, first_per_field, remedy, sentence
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.i18n import _


def apply_overrides(config: TrainConfig, assignments: Sequence[str]) -> TrainConfig:
    """The config with ``key=value`` assignments applied together; ``lora.r=16`` reaches into a group or a map of names.

    A value is read as YAML (``1e-4``, ``true``, ``[a, b]``, ``null``); where that does not fit the field, as the
    bare text.

    Raises:
        WorkbenchError: an assignment has no ``=``, a key is unknown (names the nearest), or a value is wrong.
    """
    texts = dict(_split(assignment) for assignment in assignments)
    readings = {name: _as_yaml(text) for name, text in texts.items()}
    try:
        return _with_values(config, readings)
    except ValidationError as error:
        wrong = {field_of(details["loc"]) for details in first_per_field(error)}
        as_text = {name: text for name, text in texts.items() if wrong & {name, name.partition(".")[0]}}
        try:
            return _with_values(config, readings | as_text)
        except ValidationError:
            problem = first_per_field(error)[0]
            where = f"--set {field_of(problem['loc'])}".strip()
            raise WorkbenchError(sentence(problem), where=where, fix=remedy(problem)) from error


def _split(assignment: str) -> tuple[str, str]:
    name, equals, text = assignment.partition("=")
    if not equals or not name.strip():
        raise WorkbenchError(
            _("A setting is written as key=value."),
            where=f"--set {assignment}",
            fix=_("For example: --set lr=1e-4 --set lora.r=16"),
        )
    return name.strip(), text


def _as_yaml(text: str) -> Any:
    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        return text


def _with_values(config: TrainConfig, changes: dict[str, Any]) -> TrainConfig:
    values = config.model_dump()
    for name, value in changes.items():
        group, dot, field = name.partition(".")
        if dot and isinstance(values.get(group), dict):
            values[group][field] = value
        else:  # also an unknown key, which the validation names
            values[name] = value
    return TrainConfig.model_validate(values)
