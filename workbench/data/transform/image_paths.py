"""The paths of pictures in rows that are written into another folder than they were read from."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from workbench.data.formats.images import IMAGE_COLUMNS
from workbench.data.transform.columns import Row
from workbench.data.transform.rows import RowSource
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
        self.found = 0
        self.missing = 0

    def row(self, file: Path, row: Row) -> Row:
        """The row of a file with paths that count from the folder; those that lead to no file stay as they are."""
        if self._is_idle:
            return row
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
        if not (self.found or self.missing):
            return {}
        return {"image_folder": self._base, "pictures_found": self.found, "pictures_missing": self.missing}

    def _column(self, file: Path, value: Any) -> Any:
        if isinstance(value, list):
            return [self._column(file, item) for item in value]
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

    def _path(self, file: Path, name: str) -> str:
        if not name or "://" in name or name.startswith("data:") or Path(name).is_absolute():
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
