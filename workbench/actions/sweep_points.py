"""The points of a sweep: every combination of the values given, or those of a list."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.configs.files import plain, read_yaml
from workbench.configs.problems import fields_at
from workbench.errors import WorkbenchError, mend_file, system_reason
from workbench.i18n import _
from workbench.jobs.sweeps import SweepPoint

MOST_POINTS = 256
"""Each waiting training has a process of some 10 MB."""
_LONGEST_NAME = 60
_OWN_FOLDER = "work_dir"
_BRACKETS = {"[": 1, "{": 1, "]": -1, "}": -1}


def grid_points(assignments: Sequence[str], listed: Sequence[Mapping[str, str]] = ({},)) -> list[SweepPoint]:
    """Every combination of the values of ``key=a,b,c``, for each of the settings listed; none of them twice.

    Raises:
        WorkbenchError: an assignment has no ``=``, a key or a value is given twice, nothing differs, there are too many
            points, or they name work dirs.
    """
    axes = dict(_axis(assignment) for assignment in assignments)
    if len(axes) < len(assignments):
        raise WorkbenchError(
            _("A field is given twice."), where="--set", fix=_("Put its values behind one --set, parted by commas.")
        )
    combinations = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    every = [{**fixed, **combination} for fixed in listed for combination in combinations]
    if any(_OWN_FOLDER in settings for settings in every):
        raise WorkbenchError(
            _("Each training of a sweep has a folder of its own in that of the sweep."),
            where=_OWN_FOLDER,
            fix=_("Leave it out."),
        )
    distinct = list({tuple(sorted(settings.items())): settings for settings in every}.values())
    if len(distinct) < 2:
        raise WorkbenchError(
            _("A sweep compares several trainings; here is only one."),
            fix=_("Give a field several values: --set lr=1e-4,2e-4"),
        )
    if len(distinct) > MOST_POINTS:
        raise WorkbenchError(
            _("These are {count} trainings; a sweep has {most} at most.").format(count=len(distinct), most=MOST_POINTS),
            fix=_("Leave out some values, or name the points in a file: --list FILE"),
        )
    width = len(str(len(distinct)))
    differing = differing_fields(distinct)
    return [
        SweepPoint(name=_name(number, width, {key: settings.get(key, "") for key in differing}), settings=settings)
        for number, settings in enumerate(distinct, start=1)
    ]


def differing_fields(points: Sequence[Mapping[str, str]]) -> list[str]:
    """The fields that have not the same value at all points, in the order in which they are named."""
    keys = dict.fromkeys(key for settings in points for key in settings)
    return [key for key in keys if len({settings.get(key) for settings in points}) > 1]


def listed_settings(path: Path) -> list[dict[str, str]]:
    """The settings of a YAML file: a list of mappings such as ``{lr: 1e-4, lora.r: 8}``.

    Raises:
        WorkbenchError: the file cannot be read, or is not such a list.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else _("it is no text")
        raise WorkbenchError(
            _("The list cannot be read: {reason}").format(reason=reason), where=str(path), fix=mend_file(path)
        ) from error
    points = plain(read_yaml(text, str(path)))
    if not isinstance(points, list) or not points:
        raise _no_list(str(path))
    for number, point in enumerate(points, start=1):
        if not isinstance(point, dict) or not point:
            raise _no_list(f"{path}:{number}")
    return [dict(_flat(point)) for point in points]


def _no_list(where: str) -> WorkbenchError:
    return WorkbenchError(
        _("A list of points has settings behind each dash."),
        where=where,
        fix=_("For example: - lr: 1e-4, and on the next line, indented, lora.r: 8"),
    )


def _flat(point: Mapping[str, Any]) -> list[tuple[str, str]]:
    """``lora: {r: 8}`` changes one setting of the group, as ``lora.r: 8`` does."""
    pairs: list[tuple[str, str]] = []
    for key, value in point.items():
        if isinstance(value, dict) and fields_at((str(key),)):
            pairs += [(f"{key}.{inner}", _text(setting)) for inner, setting in value.items()]
        else:
            pairs.append((str(key), _text(value)))
    return pairs


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _axis(assignment: str) -> tuple[str, list[str]]:
    key, equals, text = assignment.partition("=")
    if not equals or not key.strip():
        raise WorkbenchError(
            _("A setting is written as key=value."),
            where=f"--set {assignment}",
            fix=_("For example: --set lr=1e-4,2e-4 --set lora.r=8,16"),
        )
    values = values_in(text)
    if twice := next((value for value in values if values.count(value) > 1), None):
        raise WorkbenchError(
            _("A value stands here twice: {value}").format(value=twice),
            where=f"--set {assignment}",
            fix=_("Name each value once."),
        )
    return key.strip(), values


def values_in(text: str) -> list[str]:
    """The values parted by commas; those within brackets are of one value: ``[0.9,0.95],[0.9,0.999]`` are two."""
    values, depth = [""], 0
    for character in text:
        depth += _BRACKETS.get(character, 0)
        if character == "," and depth <= 0:
            values.append("")
        else:
            values[-1] += character
    return [value.strip() for value in values]


def _name(number: int, width: int, settings: Mapping[str, str]) -> str:
    """``02-lr=2e-4_r=8``: for a folder, so only of plain characters and not too long."""
    said = "_".join(f"{key.rpartition('.')[2]}={value}" for key, value in settings.items())
    return f"{number:0{width}d}-" + re.sub(r"[^\w.=+-]+", "-", said)[:_LONGEST_NAME].strip("-")
