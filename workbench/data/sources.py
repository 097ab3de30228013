"""Where rows come from and how they are read: the data paths of a config, each with its format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.configs.schema import TrainConfig
from workbench.data.files import data_files, is_local
from workbench.data.formats import FormatChoice
from workbench.data.prepare.store import is_prepared
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model

TOKENIZED = "tokenized"
"""The format of rows that are tokens."""


@dataclass(frozen=True)
class SourceFile:
    """A file on this machine, and how to read it."""

    path: Path
    choice: FormatChoice = field(default_factory=FormatChoice)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self.path.stat().st_size


@dataclass(frozen=True)
class Source:
    """A file, a folder, a pattern of names, or the name of a dataset on a hub."""

    path: str
    choice: FormatChoice = field(default_factory=FormatChoice)

    @property
    def is_here(self) -> bool:
        """Whether it names files on this machine."""
        return is_local(self.path)

    def files(self) -> list[SourceFile]:
        """Its files in order; what is on a hub is fetched first.

        Raises:
            WorkbenchError: nothing is there, or it cannot be fetched.
        """
        if is_prepared(Path(resolve_model(self.path))):  # its rows are tokens, whatever they were made from
            return [SourceFile(path, FormatChoice(TOKENIZED)) for path in data_files(self.path)]
        if self.is_here:
            return [SourceFile(path, self.choice) for path in data_files(self.path)]
        from workbench.data.hub import fetched

        return [SourceFile(path, self.choice) for path in data_files(str(fetched(self.path)))]


def sources_of(config: TrainConfig) -> tuple[Source, ...]:
    """The data of a config, in the order of its paths."""
    return tuple(
        Source(path, FormatChoice(name, config.dataset_columns))
        for path, name in zip(config.data_paths, config.dataset_formats, strict=True)
    )


def choices_for(choice: FormatChoice, paths: Sequence[str]) -> list[FormatChoice]:
    """How to read each of some paths, where commas in a format's name part one for each of them.

    Raises:
        WorkbenchError: there are neither one nor as many as paths.
    """
    names = [name.strip() for name in choice.name.split(",")]
    if len(names) == 1:
        names *= len(paths)
    if len(names) != len(paths):
        raise WorkbenchError(
            _("{names} formats are named for {paths} paths.").format(names=len(names), paths=len(paths)),
            where=choice.name,
            fix=_("Name one for all of them, or one for each, with commas between them."),
        )
    return [replace(choice, name=name) for name in names]
