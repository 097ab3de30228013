"""The configs a person can choose from: the project's own files first, then the catalogue. No Textual here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from workbench.configs.catalogue import entries
from workbench.configs.catalogue.filters import Wanted, bytes_needed, select
from workbench.configs.copies import copy_header, write_config
from workbench.configs.estimate import estimate_memory
from workbench.configs.find import CONFIG_SUFFIXES, find_config
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.find import list_jobs

_PLACES = ("*", "configs/*")


@dataclass(frozen=True)
class ConfigRow:
    """One config. ``path`` is None for one of the catalogue; what a file says is read when it is asked for."""

    name: str
    family: str
    method: str
    summary: str
    path: Path | None
    dataset: str = ""
    stage: str = ""
    mended: str = ""
    needs_code: str = ""
    model: str = ""

    @property
    def key(self) -> str:
        """What `find_config` takes."""
        return str(self.path) if self.path else self.name


def project_configs(project: Path) -> list[ConfigRow]:
    """The project's own files, in its folder and in ``configs/``."""
    own = [path for place in _PLACES for path in sorted(project.glob(place)) if _is_config(path)]
    return [ConfigRow(str(path.relative_to(project)), "", "", _("of this project"), path) for path in own]


def catalogue_configs() -> list[ConfigRow]:
    """Those that come with workbench; those whose model cannot be loaded as it is stand last."""
    return [
        ConfigRow(
            entry.name,
            entry.family,
            entry.method,
            entry.summary,
            None,
            entry.dataset,
            entry.stage,
            entry.mended,
            entry.needs_code,
            entry.model,
        )
        for entry in sorted(entries(), key=lambda entry: bool(entry.needs_code))
    ]


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


def matching(rows: list[ConfigRow], wanted: Wanted) -> list[ConfigRow]:
    """The rows that are wanted, in their order.

    Memory that is asked for should have been estimated before (`estimate_all`): for all of the catalogue that takes
    some tenths of a second.
    """
    if wanted.values:
        rows = [_as_read(row) if row.path else row for row in rows]
    return select(rows, wanted, _needed)


def estimate_all(rows: Iterable[ConfigRow]) -> None:
    """Estimate the memory of all configs of the catalogue, once."""
    for row in rows:
        if row.path is None:
            bytes_needed(row.name)


def _as_read(row: ConfigRow) -> ConfigRow:
    """A file's row with what the file says; as it is if the file is wrong."""
    config = _config_of(row)
    return row if config is None else replace(row, method=config.method, stage=config.stage)


def _needed(row: ConfigRow) -> int | None:
    if row.path is None:
        return bytes_needed(row.name)
    config = _config_of(row)
    estimate = estimate_memory(config) if config else None
    return estimate.total if estimate else None


def _config_of(row: ConfigRow) -> TrainConfig | None:
    assert row.path is not None
    try:
        return _config_in(row.path, row.path.stat().st_mtime_ns)
    except (OSError, WorkbenchError):
        return None


@lru_cache(maxsize=256)
def _config_in(path: Path, _changed: int) -> TrainConfig:
    return find_config(str(path)).config


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
    write_config(path, found.config, copy_header(found.name, found.config, path.name))
    return path
