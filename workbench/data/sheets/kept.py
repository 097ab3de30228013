"""What was answered already: a file of JSON lines beside the sheet, so that a second start goes on.

It is named ``<sheet>.progress`` and holds, for each picture or row that was asked about, the rows made of the answer
or the reason why there are none, and the tokens it took. It is no data file: nothing is trained on it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from workbench.errors import WorkbenchError
from workbench.i18n import _

Row = dict[str, Any]
_ENDING = ".progress"


class KeptAnswer(BaseModel):
    """One line. ``asked``: a digest of all that the answer depends on; ``left_out``: why there are no rows.

    ``was_asked``: the service was, so that it may have to be paid; False for a picture that could not be sent.
    """

    item: str
    asked: str
    rows: list[Row] = []
    left_out: str = ""
    was_asked: bool = True
    tokens_in: int = 0
    tokens_out: int = 0


class _Written(BaseModel):
    """A line that says whose rows stand in the sheet."""

    written: list[str]


class KeptAnswers:
    """The answers of one sheet, on disk as soon as they are there."""

    def __init__(self, sheet: Path) -> None:
        self.path = progress_file_of(sheet)
        self.all: list[KeptAnswer] = []
        self._sound: dict[str, KeptAnswer] = {}
        self._written: set[str] = set()
        self._load()
        if not sheet.exists():
            self._written.clear()  # whoever removed the sheet wants it anew, from the answers that are there

    def has(self, item: str, asked: str) -> bool:
        """Whether this very question has been answered."""
        known = self._sound.get(item)
        return known is not None and known.asked == asked

    def add(self, answer: KeptAnswer) -> None:
        """Keep an answer.

        Raises:
            WorkbenchError: the disk is full or gone.
        """
        self._append(answer)
        self._note(answer)

    def unwritten(self, order: dict[str, int]) -> list[KeptAnswer]:
        """Answers whose rows are not in the sheet yet, in the order of their items, of which others are left out."""
        waiting = [known for name, known in self._sound.items() if name in order and name not in self._written]
        return sorted(waiting, key=lambda answer: order[answer.item])

    def note_written(self, items: Iterable[str]) -> None:
        """Remember that the rows of these stand in the sheet.

        Raises:
            WorkbenchError: the disk is full or gone.
        """
        names = list(items)
        if names:
            self._append(_Written(written=names))
            self._written.update(names)

    def _note(self, answer: KeptAnswer) -> None:
        self.all.append(answer)
        if not answer.left_out:
            self._sound[answer.item] = answer
            self._written.discard(answer.item)

    def _load(self) -> None:
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unusable(self.path, error) from error
        for line in lines:
            try:
                self._note(KeptAnswer.model_validate_json(line))
            except ValidationError:
                self._load_written(line)

    def _load_written(self, line: bytes) -> None:
        """A line of the other kind; one that was torn when the power went is passed over, and asked for again."""
        try:
            self._written.update(_Written.model_validate_json(line).written)
        except ValidationError:
            return

    def _append(self, line: BaseModel) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as stream:
                before = b"\n" if _ends_torn(self.path) else b""
                stream.write(before + line.model_dump_json(exclude_defaults=True).encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise _unusable(self.path, error) from error


def progress_file_of(sheet: Path) -> Path:
    """Where the answers of a sheet are kept."""
    return sheet.with_name(sheet.name + _ENDING)


def _ends_torn(path: Path) -> bool:
    """Whether the last line was not written to its end."""
    with path.open("rb") as stream:
        if stream.seek(0, os.SEEK_END) == 0:
            return False
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) != b"\n"


def _unusable(path: Path, error: OSError) -> WorkbenchError:
    reason = error.strerror or str(error)
    return WorkbenchError(_("The answers cannot be kept: {reason}").format(reason=reason), where=str(path))
