"""The configs a person can choose from: the project's own files first, then the catalogue. No Textual here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.configs.catalogue import entries
from workbench.configs.find import CONFIG_SUFFIXES
from workbench.i18n import _

_DEPTH_PATTERNS = ("*", "configs/*")


@dataclass(frozen=True)
class ConfigRow:
    """One config. ``path`` is None for one of the catalogue; ``haystack`` is what a filter looks in."""

    name: str
    family: str
    method: str
    summary: str
    path: Path | None

    @property
    def key(self) -> str:
        """What `find_config` takes."""
        return str(self.path) if self.path else self.name

    @property
    def haystack(self) -> str:
        return f"{self.name} {self.family} {self.method} {self.summary}".lower()


def config_rows(project: Path) -> list[ConfigRow]:
    """All of them."""
    own = [path for pattern in _DEPTH_PATTERNS for path in sorted(project.glob(pattern)) if _is_config(path)]
    mine = [ConfigRow(str(path.relative_to(project)), _("project"), "", _("your file"), path) for path in own]
    return [*mine, *(ConfigRow(e.name, e.family, e.method, e.summary, None) for e in entries())]


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
