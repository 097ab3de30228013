"""Where rows come from and how they are read: the data paths of a config, each with its format."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.configs.schema import TrainConfig
from workbench.data.files import data_files, is_local
from workbench.data.formats import FormatChoice
from workbench.data.prepare.store import is_prepared, read_record
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model

TOKENIZED = "tokenized"
"""The format of rows that are tokens."""


@dataclass(frozen=True)
class SourceFile:
    """A file on this machine, and how to read it.

    Args:
        image_folder: as in `Source`.
        other_picture_folders: where pictures may lie too that are named by absolute paths.
    """

    path: Path
    choice: FormatChoice = field(default_factory=FormatChoice)
    image_folder: Path | None = None
    other_picture_folders: tuple[Path, ...] = ()

    @property
    def size(self) -> int:
        """Bytes on disk; 0 if it has gone since it was found, which reading it tells."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def picture_folders(self) -> tuple[Path, ...]:
        """Where its pictures may lie, as absolute paths, links not followed; their names count from the first."""
        first = Path(os.path.abspath(self.image_folder or self.path.parent))  # noqa: PTH100
        return first, *self.other_picture_folders


@dataclass(frozen=True)
class Source:
    """A file, a folder, a pattern of names, or the name of a dataset on a hub.

    ``image_folder``: what the paths of pictures count from; None is the folder of each data file.
    """

    path: str
    choice: FormatChoice = field(default_factory=FormatChoice)
    image_folder: Path | None = None

    @property
    def is_here(self) -> bool:
        """Whether it names files on this machine."""
        return is_local(self.path)

    def files(self) -> list[SourceFile]:
        """Its files in order; what is on a hub is fetched first.

        Raises:
            WorkbenchError: nothing is there, or it cannot be fetched.
        """
        prepared = Path(resolve_model(self.path))
        if is_prepared(prepared):  # its rows are tokens, whatever they were made from
            folders = tuple(map(Path, read_record(prepared).picture_folders or ()))
            return [
                SourceFile(path, FormatChoice(TOKENIZED), self.image_folder, folders) for path in data_files(self.path)
            ]
        if self.is_here:
            return [SourceFile(path, self.choice, self.image_folder) for path in data_files(self.path)]
        from workbench.data.hub import fetched

        return [SourceFile(path, self.choice, self.image_folder) for path in data_files(str(fetched(self.path)))]


def sources_of(config: TrainConfig) -> tuple[Source, ...]:
    """The data of a config, in the order of its paths."""
    return tuple(
        Source(path, FormatChoice(name, config.dataset_columns), Path(resolve_model(folder)) if folder else None)
        for path, name, folder in zip(config.data_paths, config.dataset_formats, config.image_folders, strict=True)
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
