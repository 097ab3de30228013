"""Keys are data: ``keymap.toml`` in the user's config folder gives commands other keys, and is checked when read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.dom import DOMNode

from workbench.errors import WorkbenchError, nearest
from workbench.i18n import _
from workbench.paths import user_config
from workbench.ui.areas import AREAS

if TYPE_CHECKING:
    from workbench.ui.app import WorkbenchApp

KEYMAP_FILE = "keymap.toml"
_WITHIN_AREAS = (
    "area:AreaScreen",
    "home:NextStepBox",
    "configs:FilterInput",
    "config_form:ConfigForm",
    "train_setup:TrainSetup",
    "queue:QueueScreen",
    "sweep:SweepScreen",
    "widgets.loss_plot:LossPlot",
    "widgets.prompt_input:PromptInput",
    "widgets.row_table:RowTable",
    "widgets.row_view:RowView",
    "widgets.check_panel:CheckPanel",
    "widgets.check_panel:FindingTable",
    "widgets.sheet_table:SheetTable",
    "widgets.paste_box:ComplaintTable",
)
"""Classes with commands of their own; modules are those of ``screens`` unless they say otherwise."""


def load_keymap(app: WorkbenchApp) -> dict[str, str]:
    """Command id → keys (comma separated), as the user wants them; empty without a file.

    Raises:
        WorkbenchError: the file is not TOML, names an unknown command, or gives one key to two commands.
    """
    path = user_config() / KEYMAP_FILE
    if not path.is_file():
        return {}
    keymap = _read(path)
    known = dict(_known_bindings(app))
    for command in keymap:
        if command not in known:
            raise WorkbenchError(
                _("There is no command {name}.").format(name=command),
                where=f"{path}:{command}",
                fix=_("Did you mean {names}?").format(names=", ".join(nearest(command, known)) or "app.help"),
            )
    _refuse_clashes(path, {**known, **keymap})
    return keymap


def _read(path: Path) -> dict[str, str]:
    try:
        keymap = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WorkbenchError(_("The keymap cannot be read: {reason}").format(reason=error), where=str(path)) from error
    flat = {
        f"{group}.{name}": key for group, keys in keymap.items() if isinstance(keys, dict) for name, key in keys.items()
    }
    return {name: str(key) for name, key in {**keymap, **flat}.items() if not isinstance(key, dict)}


def _known_bindings(app: WorkbenchApp) -> Iterator[tuple[str, str]]:
    """Every command id with its keys: the app's, those of all areas, and those of what stands in them."""
    for owner in (type(app), *map(_class_of, (*(area.screen for area in AREAS), *_WITHIN_AREAS))):
        for binding in owner.BINDINGS:
            if isinstance(binding, Binding) and binding.id:
                yield binding.id, binding.key


def _class_of(place: str) -> type[DOMNode]:
    module, _colon, name = place.rpartition(":")
    found: type[DOMNode] = getattr(
        import_module(f"workbench.ui.{module if '.' in module else f'screens.{module}'}"), name
    )
    return found


def _refuse_clashes(path: Path, keymap: dict[str, str]) -> None:
    """One key may serve two areas, but not two commands of one area, nor one of an area and one of the app."""
    taken: dict[tuple[str, str], str] = {}
    for command, keys in sorted(keymap.items(), key=lambda item: not item[0].startswith("app.")):
        area = command.split(".", 1)[0]
        for key in (part.strip() for part in keys.split(",")):
            other = taken.get(("app", key)) or taken.get((area, key))
            if other is not None and other != command:
                raise WorkbenchError(
                    _("The key {key} has two commands: {one} and {other}.").format(key=key, one=command, other=other),
                    where=str(path),
                )
            taken[(area, key)] = command
