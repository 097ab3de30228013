"""The rows of a command's input, each with its place, its raw form and what it trains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from workbench.data.conversation import Sample
from workbench.data.formats import DatasetFormat, FormatChoice
from workbench.data.read import convert, open_file, raw_rows
from workbench.data.readers.problems import place
from workbench.data.sources import Source
from workbench.data.transform.columns import Row
from workbench.data.transform.totals import BadRows
from workbench.errors import WorkbenchError
from workbench.i18n import _


class PlacedRow(NamedTuple):
    """A row of a file. ``number`` as the reader counts."""

    file: Path
    number: int
    row: Row
    sample: Sample

    @property
    def place(self) -> str:
        return place(self.file, self.number)


class RowSource:
    """Data that can be read as often as needed.

    Args:
        data_path: a file, a folder, a pattern of names, or a name on a hub, which is fetched if it is not here.
        format_name: a format's name, or ``auto`` to look at each file's first rows.
        skip_bad: gather what is wrong with rows in ``bad`` instead of raising at the first.
        image_folder: what paths of pictures count from; None is the folder of each file.
        columns: our name of a column to the data's name of it.

    Raises:
        WorkbenchError: nothing is there, or it cannot be fetched.
    """

    def __init__(
        self,
        data_path: str,
        format_name: str = "auto",
        *,
        skip_bad: bool = False,
        image_folder: Path | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> None:
        self.data_path = data_path
        self.files = [file.path for file in Source(data_path).files()]
        self.bad = BadRows()
        self._skip_bad = skip_bad
        self._image_folder = image_folder
        self._choice = FormatChoice(format_name, columns or {})
        self._formats: dict[Path, DatasetFormat] = {}

    def format_of(self, file: Path) -> DatasetFormat:
        """The format of one of the files, named or found in its first rows.

        Raises:
            WorkbenchError: the file cannot be read or is of no known format.
        """
        if file not in self._formats:
            self._formats[file] = open_file(file, self._choice, BadRows() if self._skip_bad else None).format
        return self._formats[file]

    def columns_read(self, file: Path) -> frozenset[str]:
        """The columns of a file that its format reads, those of the data's own names too."""
        known = self.format_of(file).all_columns
        own = frozenset(name for path in self._choice.columns.values() for name in (path, path.partition(".")[0]))
        return known | own if known else known

    def home_of(self, file: Path) -> Path:
        """What the paths of pictures in a file count from."""
        return self._image_folder or file.parent

    def formats(self) -> list[str]:
        """The names of the formats of all files, each once."""
        return list(dict.fromkeys(self.format_of(file).name for file in self.files))

    def raw(self) -> Iterator[tuple[Path, int, Row]]:
        """Files, row numbers and rows as they stand; ``bad`` begins anew."""
        self.bad = BadRows()
        for file in self.files:
            for number, row in raw_rows(file, self.bad if self._skip_bad else None, choice=self._choice):
                yield file, number, row

    def rows(self) -> Iterator[PlacedRow]:
        """The rows that their format can read; ``bad`` begins anew.

        Raises:
            WorkbenchError: a row is bad, unless those are skipped.
        """
        for file, number, row in self.raw():
            try:
                sample = convert(file, number, row, self.format_of(file))
            except WorkbenchError as error:
                if not self._skip_bad:
                    raise
                self.bad.append(error)
            else:
                yield PlacedRow(file, number, row, sample)

    def changed(self) -> WorkbenchError:
        """What to raise if a second reading gave other rows than the first."""
        return WorkbenchError(
            _("The data changed while it was read."), where=self.data_path, fix=_("Run the command again.")
        )
