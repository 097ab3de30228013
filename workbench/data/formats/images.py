"""The pictures of a row: where their paths stand, and to which turns they belong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.data.conversation import IMAGE, Turn
from workbench.data.formats.row import Row, RowError, columns
from workbench.i18n import _

IMAGE_COLUMNS = columns("image images")
_PATH_KEYS = ("path", "url")


def image_path(value: Any, place: str) -> str:
    """The path of a picture as the data has it: text, or an object with ``path`` or ``url``."""
    if isinstance(value, Mapping):
        value = next((value[key] for key in _PATH_KEYS if value.get(key)), None)
    if isinstance(value, str) and value:
        return value
    raise RowError(place, _("a picture is named by the path of its file"))


def row_images(row: Row) -> tuple[str, ...]:
    """The pictures in the columns ``images`` and ``image``, each one path or a list of them."""
    return tuple(path for field in ("images", "image") for path in _paths(row.get(field), field))


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
