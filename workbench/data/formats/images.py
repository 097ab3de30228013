"""The pictures of a row: where their paths stand, and to which turns they belong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.data.conversation import IMAGE, Turn
from workbench.data.formats.row import Row, RowError, columns
from workbench.data.kept_pictures import MOST_BYTES, kept_picture, kept_pictures
from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _

IMAGE_COLUMNS = columns("image images")
_PATH_KEYS = ("path", "url")


def image_path(value: Any, place: str) -> str:
    """The path of a picture as the data has it: text, or an object with ``path`` or ``url``.

    A picture that stands in the row itself, as ``bytes`` of such an object or alone, gets a file in the cache folder.
    """
    data = value.get("bytes") if isinstance(value, Mapping) else value
    if isinstance(data, bytes) and data:
        name = value.get("path") if isinstance(value, Mapping) else None
        return _kept(data, name if isinstance(name, str) else "", place)
    if isinstance(value, Mapping):
        value = next((value[key] for key in _PATH_KEYS if value.get(key)), None)
    if isinstance(value, str) and value:
        return value
    raise RowError(place, _("a picture is named by the path of its file"))


def _kept(data: bytes, name: str, place: str) -> str:
    if len(data) > MOST_BYTES:
        raise RowError(place, _("the picture has more than {count} million bytes").format(count=MOST_BYTES // 1024**2))
    try:
        return str(kept_picture(data, name))
    except OSError as error:
        raise WorkbenchError(
            _("A picture of the data cannot be kept: {reason}").format(reason=system_reason(error)),
            where=str(error.filename or kept_pictures()),
            fix=_("Free some space, or move the cache folder with WORKBENCH_CACHE_DIR."),
        ) from error


def row_images(row: Row) -> tuple[str, ...]:
    """The pictures in the columns ``images`` and ``image``, each one path or a list of them."""
    return tuple(path for field in ("images", "image") for path in _paths(row.get(field), field))


def picture_bytes(row: Row) -> int:
    """How many bytes of pictures stand in a row itself."""
    found = 0
    for field in IMAGE_COLUMNS.intersection(row):
        value = row[field]
        for item in value if isinstance(value, list | tuple) else [value]:
            data = item.get("bytes") if isinstance(item, Mapping) else item
            found += len(data) if isinstance(data, bytes) else 0
    return found


def _paths(value: Any, field: str) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, list | tuple):
        return [image_path(item, f"{field}[{number}]") for number, item in enumerate(value)]
    return [image_path(value, field)]


def with_images(turns: Sequence[Turn], images: Sequence[str]) -> tuple[Turn, ...]:
    """The turns with the row's pictures: one for each ``<image>`` that has none yet, the rest with the first question.

    Nothing is left out or made up, so there can be more or fewer pictures than ``<image>``.
    """
    if not images or not turns:
        return tuple(turns)
    left = list(images)
    placed = []
    for turn in turns:
        wanted = 0 if turn.role == "assistant" else max(turn.content.count(IMAGE) - len(turn.images), 0)
        placed.append(replace(turn, images=(*turn.images, *left[:wanted])))
        del left[:wanted]
    first = next((number for number, turn in enumerate(placed) if turn.role == "user"), 0)
    placed[first] = replace(placed[first], images=(*placed[first].images, *left))
    return tuple(placed)
