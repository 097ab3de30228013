"""The configs a person can choose from: the project's own files first, then the catalogue. No Textual here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from workbench.configs.catalogue import entries
from workbench.configs.files import dump_config
from workbench.configs.find import CONFIG_SUFFIXES, find_config
from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.jobs.find import list_jobs

_PLACES = ("*", "configs/*")


@dataclass(frozen=True)
class ConfigRow:
    """One config. ``path`` is None for one of the catalogue."""

    name: str
    family: str
    method: str
    summary: str
    path: Path | None

    @property
    def key(self) -> str:
        """What `find_config` takes."""
        return str(self.path) if self.path else self.name

    @cached_property
    def haystack(self) -> str:
        """What a filter looks in."""
        return f"{self.name} {self.family} {self.method} {self.summary}".lower()


def project_configs(project: Path) -> list[ConfigRow]:
    """The project's own files, in its folder and in ``configs/``."""
    own = [path for place in _PLACES for path in sorted(project.glob(place)) if _is_config(path)]
    return [ConfigRow(str(path.relative_to(project)), "", "", _("of this project"), path) for path in own]


def catalogue_configs() -> list[ConfigRow]:
    """Those that come with workbench."""
    return [ConfigRow(entry.name, entry.family, entry.method, entry.summary, None) for entry in entries()]


def config_rows(project: Path) -> list[ConfigRow]:
    """All of them."""
    return [*project_configs(project), *catalogue_configs()]


def config_to_begin_with(project: Path) -> str | None:
    """The key of the project's own config that was trained last, else of its first one; None if it has none."""
    own = {row.path.stem: row.key for row in project_configs(project) if row.path}
    trained = (job.record.name for job in list_jobs(project, "train"))
    return next((own[name] for name in trained if name in own), next(iter(own.values()), None))


def _is_config(path: Path) -> bool:
    """A YAML file that names a base model. A file that cannot be read is listed too: opening it tells why."""
    if path.suffix not in CONFIG_SUFFIXES[:2] or not path.is_file():
        return False
    try:
        return "pretrained_model_name_or_path" in path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return True


def matching(rows: list[ConfigRow], words: str) -> list[ConfigRow]:
    """The rows in which every word occurs, in any order."""
    wanted = words.lower().split()
    return [row for row in rows if all(word in row.haystack for word in wanted)]


def copy_into(project: Path, row: ConfigRow) -> Path:
    """Write a copy under a name that is still free.

    Raises:
        WorkbenchError: the config is wrong, or the project cannot be written.
    """
    found = find_config(row.key)
    stem = f"{found.name.removesuffix('_copy')}_copy"
    number, path = 1, project / f"{stem}.yaml"
    while path.exists():
        number += 1
        path = project / f"{stem}{number}.yaml"
    header = "\n".join((_("From {name}.").format(name=found.name), f"workbench train {path.name}"))
    try:
        write_atomic(path, dump_config(found.config, header))
    except OSError as error:
        raise WorkbenchError(
            _("The config cannot be written: {reason}").format(reason=error.strerror), where=str(path)
        ) from error
    return path
