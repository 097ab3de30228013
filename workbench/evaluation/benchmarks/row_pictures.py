"""Pictures that stand in the rows as base64 text."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from workbench.data.formats.row import RowError
from workbench.data.kept_pictures import MOST_BYTES, kept_picture
from workbench.data.picture import look_at
from workbench.data.picture_words import PROBLEMS, problem_sentence
from workbench.data.readers.problems import place
from workbench.errors import WorkbenchError
from workbench.i18n import _

_MOST_CHARACTERS = MOST_BYTES * 4 // 3


class RowPictures:
    """The pictures of one file; each is kept as a file in the cache folder."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._by_index: dict[int, Path] = {}

    def picture(self, row: int, index: int, text: str) -> Path:
        """The picture of a row.

        Args:
            text: its base64, or the index of an earlier row that has the same.

        Raises:
            RowError: it is neither.
            WorkbenchError: what it holds is no picture that can be used.
        """
        text = text.strip()
        path = self._earlier(int(text)) if text.isascii() and text.isdecimal() else self._decoded(row, text)
        self._by_index[index] = path
        return path

    def _earlier(self, index: int) -> Path:
        if index not in self._by_index:
            raise RowError("image", _("no earlier row has the index {index}").format(index=index))
        return self._by_index[index]

    def _decoded(self, row: int, text: str) -> Path:
        if not text:
            raise RowError("image", _("the picture is missing"))
        if len(text) > _MOST_CHARACTERS:
            raise RowError(
                "image", _("the picture is larger than {count} million bytes").format(count=MOST_BYTES // 10**6)
            )
        try:
            path = kept_picture(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError) as error:
            raise RowError("image", _("the picture is not base64 text: it is cut or damaged")) from error
        found = look_at(path, decode=False)
        if found.problem is None:
            return path
        path.unlink(missing_ok=True)
        raise WorkbenchError(
            problem_sentence(found.problem, found.detail),
            where=place(self._file, row, "image"),
            fix=_(PROBLEMS[found.problem][2]),
        )
