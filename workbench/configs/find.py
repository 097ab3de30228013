"""A config by what the user typed: a file, or a name of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.configs.catalogue import entries, resolve
from workbench.configs.files import load_config
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError, nearest
from workbench.i18n import _

CONFIG_SUFFIXES = (".yaml", ".yml", ".json")
PYTHON_SUFFIX = ".py"
"""Of XTuner's configs, which are imported first."""


@dataclass(frozen=True)
class FoundConfig:
    """A config, its name (of the catalogue, or the file's stem), and its file if it came from one."""

    name: str
    config: TrainConfig
    path: Path | None


def find_config(name_or_path: str) -> FoundConfig:
    """The config of a file, else of the catalogue.

    Raises:
        WorkbenchError: there is neither (names the nearest files or catalogue names), the file is wrong, or it is a
            config of XTuner.
    """
    path = Path(name_or_path).expanduser()
    if path.suffix == PYTHON_SUFFIX and path.is_file():
        raise WorkbenchError(
            _("This is a config of XTuner, in Python, which workbench does not run."),
            where=name_or_path,
            fix=_("`workbench import-config {path}` makes a YAML config of it.").format(path=name_or_path),
        )
    if path.is_file():
        return FoundConfig(path.stem, load_config(path), path)
    if path.suffix in CONFIG_SUFFIXES and path.is_dir():
        raise WorkbenchError(
            _("This is a folder, not a config file."), where=name_or_path, fix=_("Name the file in it.")
        )
    if path.suffix in (*CONFIG_SUFFIXES, PYTHON_SUFFIX) or path.name != name_or_path:
        fix = _configs_of(name_or_path) or _files_like(path)
        raise WorkbenchError(_("There is no such config file."), where=name_or_path, fix=fix)
    return FoundConfig(name_or_path, resolve(name_or_path), None)


def _configs_of(model: str) -> str | None:
    """Where to find the configs of a model that is named in a config's place; None if there are none."""
    if not any(entry.model == model for entry in entries(model)):
        return None
    return _("This is a model: 'workbench list-cfg {model}' lists its configs.").format(model=model)


def _files_like(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return _("The folder {folder} does not exist.").format(folder=folder)
    there = [file.name for file in folder.iterdir() if file.suffix in CONFIG_SUFFIXES and file.is_file()]
    names = nearest(path.name, there)
    if names:
        return _("Nearest: {names}").format(names=", ".join(str(folder / name) for name in names))
    return _("`workbench list-cfg` shows the catalogue, `workbench copy-cfg` copies a config from it.")
