"""Pictures that questions are asked about: each is looked at before anything is asked."""

from __future__ import annotations

from pathlib import Path

from workbench.data.picture import Picture, PictureFolders, look_at
from workbench.data.picture_words import PROBLEMS, problem_sentence
from workbench.data.readers.problems import place
from workbench.errors import WorkbenchError
from workbench.i18n import _


class AskedPictures:
    """The pictures that one file of questions names.

    Args:
        file: the file, for errors.
        folder: what the names count from; nothing outside is opened.
    """

    def __init__(self, file: Path, folder: Path) -> None:
        self._file = file
        self._folders = PictureFolders(folder)
        self._known: dict[Path, Picture] = {}

    def find(self, name: str, row: int, field: str = "image") -> Path:
        """The file behind a name.

        Raises:
            WorkbenchError: it cannot be used; names ``file:row:field``.
        """
        path = self._folders.locate(name)
        picture = self._looked_at(path) if isinstance(path, Path) else Picture(path)
        if picture.problem is not None:
            raise WorkbenchError(
                problem_sentence(picture.problem, picture.detail),
                where=place(self._file, row, field),
                fix=_(PROBLEMS[picture.problem][2]),
            )
        return Path(path)

    def _looked_at(self, path: Path) -> Picture:
        if path not in self._known:
            self._known[path] = look_at(path, decode=False)
        return self._known[path]
