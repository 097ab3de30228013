"""Several assistants in one dataset, told apart by the system text that each of them answers under."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.data.identity.answers import Persona
from workbench.data.wording import listed
from workbench.errors import WorkbenchError, nearest, system_reason
from workbench.i18n import _

_FIELDS = ("name", "author", "description", "system")


def read_personas(path: Path) -> list[Persona]:
    """The personas of a YAML list with ``name`` and, if wanted, ``author``, ``description`` and ``system``.

    Raises:
        WorkbenchError: the file cannot be read, a field is unknown or no text, or two personas contradict each other.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        rows = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise WorkbenchError(
            _("The file cannot be read: {reason}").format(reason=system_reason(error)), where=str(path)
        ) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise WorkbenchError(_("The file is not YAML."), where=str(path), fix=_example()) from error
    if not isinstance(rows, list) or not rows:
        raise WorkbenchError(_("Personas are a list."), where=str(path), fix=_example())
    personas = [_persona(path, number, row) for number, row in enumerate(rows, start=1)]
    check_personas(personas, str(path))
    return personas


def check_personas(personas: Sequence[Persona], where: str = "personas") -> None:
    """Raise if two personas would give different answers to the same question.

    Raises:
        WorkbenchError: two have the same name, or the same system text, which includes having none.
    """
    for number, persona in enumerate(personas, start=1):
        for earlier in personas[: number - 1]:
            place = f"{where}:{number}"
            if earlier.name.casefold() == persona.name.casefold():
                raise WorkbenchError(_("Two personas are called {name}.").format(name=persona.name), where=place)
            if earlier.system == persona.system:
                what = _("{first} and {second} have the same system text, so their answers contradict each other.")
                raise WorkbenchError(
                    what.format(first=earlier.name, second=persona.name),
                    where=f"{place}:system",
                    fix=_("Give each a system text of its own; one of them may go without."),
                )


def _persona(path: Path, number: int, row: Any) -> Persona:
    if not isinstance(row, dict):
        raise WorkbenchError(_("A persona is an object with a name."), where=f"{path}:{number}", fix=_example())
    for field, value in row.items():
        place = f"{path}:{number}:{field}"
        if field not in _FIELDS:
            close = listed(nearest(str(field), _FIELDS) or _FIELDS)
            fix = _("Did you mean {names}?").format(names=close)
            raise WorkbenchError(_("There is no field {name}.").format(name=field), where=place, fix=fix)
        if value is not None and not isinstance(value, str):
            raise WorkbenchError(_("The field must be text."), where=place, fix=_("Put it in quotes."))
    texts = {field: (row.get(field) or "").strip() for field in _FIELDS}
    if not texts["name"]:
        raise WorkbenchError(_("The persona has no name."), where=f"{path}:{number}:name", fix=_example())
    return Persona(**texts)


def _example() -> str:
    return _("For example: - {name: Ada, author: the lab, system: You are the helper of the library.}")
