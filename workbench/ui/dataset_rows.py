"""The rows of data as a table shows them: some at a time, of files of any size. No Textual here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from workbench.data.conversation import Conversation, Sample
from workbench.data.formats import DatasetFormat
from workbench.data.readers.problems import place
from workbench.data.show import FoundRow, found_rows
from workbench.data.sources import Source
from workbench.errors import WorkbenchError
from workbench.paths import resolve_model
from workbench.text import printable, visible

ROWS_A_PAGE = 2000
MATCHES_SHOWN = 1000
_LARGEST_COUNTED_BYTES = 200 * 1024**2
_LINE_CHARACTERS = 300

IsStopped = Callable[[], bool]
"""Whether nobody waits for the result any more."""


@dataclass(frozen=True)
class RowLine:
    """A row of the table. ``text``: its first question, or what is wrong with it."""

    found: FoundRow
    text: str
    is_good: bool


@dataclass(frozen=True)
class Page:
    """Rows that follow each other. ``problem``: why what is behind them cannot be read."""

    lines: list[RowLine]
    is_last: bool
    problem: str = ""


class DatasetRows:
    """A file, folder, pattern or dataset of a hub, open for reading; several threads may ask.

    Raises:
        WorkbenchError: nothing is there.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.files = source.files()
        self.format_name = ""
        self.reason = ""
        self._rows: Iterator[FoundRow] = iter(())
        self._next: int | None = None
        self._lock = Lock()
        self._damage: WorkbenchError | None = None

    def first_page(self) -> Page:
        """The rows at the beginning.

        Raises:
            WorkbenchError: none of them can be read.
        """
        page = self.page(0)
        if not page.lines and self._damage:
            raise self._damage
        errors = [line.found.error for line in page.lines if line.found.error]
        if errors and len(errors) == len(page.lines):
            raise errors[0]
        return page

    def page(self, start: int, count: int = ROWS_A_PAGE) -> Page:
        """Rows from the one at ``start``, counted from 0; going back reads the data from its beginning."""
        lines: list[RowLine] = []
        with self._lock:
            if self._next is None or start < self._next:
                self._rows, self._next = found_rows(self.files, self._note_format), 0
            try:
                for found in self._rows:
                    self._next = found.position + 1
                    if found.position >= start:
                        lines.append(_line(found))
                    if len(lines) == count:
                        return Page(lines, is_last=False)
            except WorkbenchError as error:
                self._damage = error
                return Page(lines, is_last=True, problem=printable(str(error)))
        return Page(lines, is_last=True)

    def count(self, is_stopped: IsStopped) -> int | None:
        """All rows; None of large or damaged files, or if nobody waits any more."""
        if sum(file.size for file in self.files) > _LARGEST_COUNTED_BYTES:
            return None
        count = 0
        try:
            for found in found_rows(self.files):
                count = found.position + 1
                if is_stopped():
                    return None
        except WorkbenchError:
            return None
        return count

    def search(self, words: str, is_stopped: IsStopped) -> Page:
        """The first rows that hold a text, in any case; what is wrong with a row counts as its text."""
        wanted = words.casefold()
        lines: list[RowLine] = []
        try:
            for found in found_rows(self.files):
                if is_stopped() or len(lines) == MATCHES_SHOWN:
                    return Page(lines, is_last=False)
                if wanted in _text_of(found):
                    lines.append(_line(found))
        except WorkbenchError as error:
            return Page(lines, is_last=True, problem=printable(str(error)))
        return Page(lines, is_last=True)

    def position_of(self, where: str, is_stopped: IsStopped) -> int | None:
        """The row that ``file:row`` or ``file:row:field`` names, counted from 0."""
        names = {file.path: {place(file.path), self._short_name(file.path)} for file in self.files}
        try:
            for found in found_rows(self.files):
                if is_stopped():
                    return None
                if any(f"{where}:".startswith(f"{name}:{found.number}:") for name in names[found.path]):
                    return found.position
        except WorkbenchError:
            return None
        return None

    def position_of_number(self, number: int, is_stopped: IsStopped) -> int | None:
        """The row with this number, counted from 0, or the first behind it; several files are counted as one."""
        is_one_file = len(self.files) == 1
        try:
            for found in found_rows(self.files):
                if is_stopped():
                    return None
                if (found.number if is_one_file else found.position + 1) >= number:
                    return found.position
        except WorkbenchError:
            return None
        return None

    def label(self, found: FoundRow) -> str:
        """How a list calls a row: by its number, and by its file if there are several."""
        number = str(found.number or "?")
        return f"{self._short_name(found.path)}:{number}" if len(self.files) > 1 else number

    def _short_name(self, file: Path) -> str:
        """As a check names a file: below the folder that it was given."""
        folder = Path(resolve_model(self.source.path))
        return place(file.relative_to(folder) if folder.is_dir() and file.is_relative_to(folder) else file.name)

    def _note_format(self, _path: Path, kind: DatasetFormat, reason: str) -> None:
        if not self.format_name:
            self.format_name, self.reason = kind.name, reason


def _line(found: FoundRow) -> RowLine:
    try:
        sample = found.sample()
    except WorkbenchError as error:
        return RowLine(found, _on_one_line(error.what), is_good=False)
    return RowLine(found, _on_one_line(_first_question(sample)), is_good=not sample.is_empty)


def _on_one_line(text: str) -> str:
    return visible(" ".join(text[: 2 * _LINE_CHARACTERS].split()))[:_LINE_CHARACTERS]


def _first_question(sample: Sample) -> str:
    if not isinstance(sample, Conversation):
        return " ".join(map(str, sample.input_ids[:_LINE_CHARACTERS]))
    asked = next((turn.content for turn in sample.turns if turn.role == "user"), "")
    return asked or next((turn.content for turn in sample.turns), "")


def _text_of(found: FoundRow) -> str:
    try:
        sample = found.sample()
    except WorkbenchError as error:
        return str(error).casefold()
    if not isinstance(sample, Conversation):
        return " ".join(map(str, sample.input_ids))
    return "\n".join(turn.content for turn in (*sample.turns, *sample.rejected)).casefold()
