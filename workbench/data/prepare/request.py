"""What to prepare: everything that the tokens depend on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from workbench.configs.schema import TrainConfig
from workbench.data.files import data_files, is_local
from workbench.data.formats import FormatChoice

BadRows = Literal["stop", "leave_out"]


@dataclass(frozen=True)
class PrepareRequest:
    """Data, how to read it, and how to render it.

    Args:
        paths: files, folders, patterns, or names of datasets on a hub.
        template: a prompt template's name.
        max_length: the most tokens of one sample.
        most_rows: use only so many rows, drawn by ``seed``; None uses all.
        bad_rows: what to do at a row that is not what its format says.
    """

    paths: tuple[str, ...]
    template: str
    max_length: int
    choice: FormatChoice = field(default_factory=FormatChoice)
    most_rows: int | None = None
    seed: int = 42
    bad_rows: BadRows = "stop"

    @classmethod
    def of(cls, config: TrainConfig) -> PrepareRequest:
        """What a config asks for."""
        paths = (config.data_path,) if isinstance(config.data_path, str) else tuple(config.data_path)
        return cls(
            paths=paths,
            template=config.prompt_template,
            max_length=config.max_length,
            choice=FormatChoice(config.dataset_format, config.dataset_columns),
            most_rows=config.max_dataset_length,
            seed=config.seed,
            bad_rows=config.bad_rows,
        )

    @property
    def function_file(self) -> Path | None:
        """The file of the user's own function, if the format is one."""
        file, mark, _function = self.choice.name.rpartition(":")
        return Path(file).expanduser() if mark else None

    def files(self) -> list[Path]:
        """The files of all paths; what is on a hub is fetched first.

        Raises:
            WorkbenchError: nothing is there.
        """
        return [file for path in self.paths for file in data_files(_here(path))]


def _here(path: str) -> str:
    """The path itself, or the folder that a hub's dataset was fetched into."""
    if is_local(path):
        return path
    from workbench.data.hub import fetched

    return str(fetched(path))
