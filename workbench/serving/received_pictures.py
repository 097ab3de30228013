"""Pictures that come in requests, kept as files for as long as these are answered."""

from __future__ import annotations

import base64
import binascii
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from workbench.data.picture import look_at
from workbench.data.picture_words import problem_sentence
from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import _


class ReceivedPictures:
    """
    Args:
        folder: where they are kept; one that was sent twice is kept once.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def of_request(self) -> Iterator[ReceivedPictures]:
        """A place for those of one request, which are deleted once it is answered or refused."""
        own = ReceivedPictures(self._folder / uuid4().hex)
        try:
            yield own
        finally:
            own.clear()

    def kept(self, url: str) -> Path:
        """The file of a picture in a ``data:`` URL (RFC 2397, base64).

        Raises:
            WorkbenchError: it is another URL, which would make this server fetch what a stranger names, or no picture.
        """
        head, comma, text = url.partition(",")
        if not head.startswith("data:image/") or not head.endswith(";base64") or not comma:
            raise WorkbenchError(_("Pictures are taken as base64 data URLs only: data:image/png;base64,…"))
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise WorkbenchError(_("The picture is no base64 text.")) from error
        path = self._folder / hashlib.sha256(data).hexdigest()
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomic(path, data, survives_power_loss=False)
        seen = look_at(path, decode=True)
        if seen.problem:
            path.unlink(missing_ok=True)
            raise WorkbenchError(problem_sentence(seen.problem, seen.detail))
        return path

    def clear(self) -> None:
        """Delete them all."""
        shutil.rmtree(self._folder, ignore_errors=True)
