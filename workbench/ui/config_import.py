"""XTuner configs on their way into a project. No Textual here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.configs.xtuner.imported import ImportedConfig, import_config, write_imported

_PLACES = ("*.py", "configs/*.py")
_MARK = "pretrained_model_name_or_path"
_MOST_CHARACTERS = 200_000


@dataclass(frozen=True)
class Imported:
    """What came of an import; ``path`` is the new file, None if none could be written."""

    made: ImportedConfig
    path: Path | None


def xtuner_configs(project: Path) -> tuple[str, ...]:
    """Python files of a project that name a base model, as paths from the project."""
    found = (path for place in _PLACES for path in sorted(project.glob(place)))
    return tuple(str(path.relative_to(project)) for path in found if _looks_like_one(path))


def _looks_like_one(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as stream:
            return _MARK in stream.read(_MOST_CHARACTERS)
    except (OSError, UnicodeDecodeError):
        return False


def import_into(project: Path, name: str) -> Imported:
    """Write the config of a Python file into the project, under a name that is still free.

    Args:
        name: a path from the project, or a whole one.

    Raises:
        WorkbenchError: the file cannot be read or is no training config, or the project cannot be written.
    """
    made = import_config(project / Path(name.strip()).expanduser())
    if made.config is None:
        return Imported(made, None)
    return Imported(made, write_imported(made, _free(project, made.name)))


def _free(project: Path, stem: str) -> Path:
    number, path = 1, project / f"{stem}.yaml"
    while path.exists():
        number += 1
        path = project / f"{stem}{number}.yaml"
    return path
