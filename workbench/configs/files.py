"""Config files: read with errors that name file, row and field; written with every field explained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from workbench.configs.edit import edit_config_text
from workbench.configs.problems import Location, config_location, field_of, first_per_field, remedy, sentence
from workbench.configs.render import dump_config
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _

__all__ = ["dump_config", "edit_config_text", "load_config", "parse_config", "plain", "read_yaml"]


def load_config(path: Path) -> TrainConfig:
    """The config of a YAML (or JSON) file.

    Raises:
        WorkbenchError: the file cannot be read, is not UTF-8 text or not YAML, has a key twice or an unknown key
            (names the nearest), or a value is wrong; ``where`` is ``file:row:field``.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise WorkbenchError(
            _("The config file is not UTF-8 text."), where=str(path), fix=_("Save it again as UTF-8.")
        ) from error
    except OSError as error:
        raise WorkbenchError(
            _("The config file cannot be read: {reason}").format(reason=system_reason(error)), where=str(path)
        ) from error
    return parse_config(text, str(path))


def parse_config(text: str, source: str) -> TrainConfig:
    """The config of a YAML text; ``source`` names it in errors.

    Raises:
        WorkbenchError: as `load_config`.
    """
    document = read_yaml(text, source)
    if not isinstance(document, CommentedMap):
        raise WorkbenchError(
            _("A config file holds `name: value` lines."), where=source, fix=_("`workbench copy-cfg` writes one.")
        )
    try:
        return TrainConfig.model_validate(plain(document))
    except ValidationError as error:
        raise _as_workbench_error(error, document, source) from error


def read_yaml(text: str, source: str) -> Any:
    """The YAML document of a text, with its row numbers.

    Raises:
        WorkbenchError: it is not YAML, or a key occurs twice; ``where`` is ``source:row``.
    """
    try:
        return YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{source}:{mark.line + 1}" if mark else source
        problem = str(error.problem or error.context or "").split("\n")[0].strip()
        raise WorkbenchError(_("This is not valid YAML: {problem}").format(problem=problem), where=where) from error
    except YAMLError as error:
        problem = str(error).strip().split("\n")[0]
        raise WorkbenchError(_("This is not valid YAML: {problem}").format(problem=problem), where=source) from error


def plain(value: Any) -> Any:
    """A YAML value as plain Python: without the classes that carry comments and number formats."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def _as_workbench_error(error: ValidationError, document: CommentedMap, source: str) -> WorkbenchError:
    """The first problem of a file in its place; further ones are listed in the same message."""
    first, *others = first_per_field(error)
    what = sentence(first)
    if others:
        rest = [": ".join(filter(None, (_place("", document, details), sentence(details)))) for details in others]
        what = "\n  ".join((what, _("Also wrong:"), *rest))
    return WorkbenchError(what, where=_place(source, document, first), fix=remedy(first))


def _place(source: str, document: CommentedMap, details: ErrorDetails) -> str:
    """``source:row:field``, as much of it as there is."""
    row = _row_of(document, config_location(details["loc"]))
    return ":".join(str(part) for part in (source, row, field_of(details["loc"])) if part)


def _row_of(document: CommentedMap, location: Location) -> int | None:
    """The row (from 1) of the deepest part of a location that exists in the file."""
    row: int | None = None
    node: Any = document
    for part in location:
        if isinstance(node, CommentedMap) and part in node:
            row = node.lc.key(part)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            row = node.lc.item(part)[0] + 1
        else:
            break
        node = node[part]
    return row
