"""The paths of pictures in rows that are written into another folder than they were read from."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from workbench.data.formats.images import IMAGE_COLUMNS, image_path
from workbench.data.kept_pictures import kept_pictures
from workbench.data.transform.columns import Row
from workbench.data.transform.rows import RowSource
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

_PART_KEYS = ("image", "path", "url", "image_url")
_CONTENT_KEYS = ("content", "value")


class ImagePaths:
    """Makes the paths of pictures count from one folder, whichever file their rows come from.

    It is the output's folder if all inputs are below it, else the one that holds all inputs: no path leads upwards,
    because pictures outside their folder are not opened.

    Args:
        sources: the inputs, each of which knows what its paths count from.
        out: the file or Arrow folder that is written.
    """

    def __init__(self, sources: Iterable[RowSource], out: Path) -> None:
        self._out = out
        self._homes = {file: os.path.realpath(source.home_of(file)) for source in sources for file in source.files}
        own = os.path.realpath(out.parent if out.suffix else out)
        inputs = os.path.commonpath(self._homes.values())
        self._base = own if os.path.commonpath([own, inputs]) == own else inputs
        self._is_elsewhere = self._base != own
        self._is_idle = {own} == set(self._homes.values())
        self._own = own
        self._taken_out = Path(own, f"{out.name.partition('.')[0]}_pictures")
        self.found = 0
        self.missing = 0
        self.taken_out = 0

    def row(self, file: Path, row: Row) -> Row:
        """The row of a file with paths that count from the folder; those that lead to no file stay as they are.

        Pictures that stand in the row itself become files beside the output.

        Raises:
            OSError: a picture cannot be written.
            WorkbenchError: the output is a folder, which is replaced as a whole.
        """
        columns = {name: self._column(file, row[name]) for name in row if name in IMAGE_COLUMNS}
        messages = {
            name: [self._message(file, message) for message in value]
            for name, value in row.items()
            if name not in IMAGE_COLUMNS and isinstance(value, list)
        }
        return {**row, **columns, **messages}

    def sentences(self) -> list[str]:
        """What a person must know of them."""
        said = []
        if self.taken_out:
            text = _("{count} pictures stood in the rows themselves and are files now: {folder}")
            said.append(printable(text.format(count=self.taken_out, folder=self._taken_out)))
        if self.missing:
            what = _(
                "{count} paths of pictures lead to no file and stay as they are: "
                "name what they count from with --image-folder, here or in 'workbench data check'."
            )
            said.append(what.format(count=self.missing))
        if self._is_elsewhere and self.found:
            what = _("The paths of pictures count from another folder than the output's; to check it: {command}")
            command = f"workbench data check {shlex.quote(str(self._out))} --image-folder {shlex.quote(self._base)}"
            said.append(printable(what.format(command=command)))
        return said

    def facts(self) -> dict[str, Any]:
        """The same for programs."""
        facts = {"pictures_taken_out": self.taken_out} if self.taken_out else {}
        if not (self.found or self.missing):
            return facts
        return facts | {"image_folder": self._base, "pictures_found": self.found, "pictures_missing": self.missing}

    def _column(self, file: Path, value: Any) -> Any:
        if isinstance(value, list):
            return [self._column(file, item) for item in value]
        if isinstance(value, bytes) or (isinstance(value, Mapping) and isinstance(value.get("bytes"), bytes)):
            return self._file_of(Path(image_path(value, "image")))
        if isinstance(value, Mapping):
            key = next((key for key in ("path", "url") if value.get(key)), None)
            return value if key is None else {**value, key: self._column(file, value[key])}
        return self._path(file, value) if isinstance(value, str) else value

    def _message(self, file: Path, message: Any) -> Any:
        """A message whose content may be a list of parts, some of them pictures."""
        if not isinstance(message, dict):
            return message
        parted = {key: message[key] for key in _CONTENT_KEYS if isinstance(message.get(key), list)}
        return {**message, **{key: [self._part(file, part) for part in parts] for key, parts in parted.items()}}

    def _part(self, file: Path, part: Any) -> Any:
        if not isinstance(part, dict) or part.get("type") not in ("image", "image_url"):
            return part
        key = next((key for key in _PART_KEYS if part.get(key)), None)
        return part if key is None else {**part, key: self._column(file, part[key])}

    def _file_of(self, kept: Path) -> str:
        """The path of a picture that came out of a row, as a file beside the output."""
        if not self._out.suffix:
            raise WorkbenchError(
                _("The pictures that stand in the rows themselves have no place in a folder of Arrow files."),
                where=str(self._out),
                fix=_("Write a .jsonl or .parquet file; the pictures become files beside it."),
            )
        beside = self._taken_out / kept.name
        if not beside.exists():
            self._taken_out.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(kept, beside)
        self.taken_out += 1
        return beside.relative_to(self._own).as_posix()

    def _path(self, file: Path, name: str) -> str:
        if Path(name).is_relative_to(kept_pictures()):
            return self._file_of(Path(name))
        if self._is_idle or not name or "://" in name or name.startswith("data:") or Path(name).is_absolute():
            return name
        home = self._homes[file]
        picture = Path(home, name)
        if not _is_file(picture):
            self.missing += 1
            return name
        self.found += 1
        if home == self._base:
            return name
        return Path(os.path.relpath(picture, self._base)).as_posix()


def _is_file(path: Path) -> bool:
    """Whether a file is there; what cannot be a path, such as a text too long for one, is none."""
    try:
        return path.is_file()
    except OSError:
        return False
