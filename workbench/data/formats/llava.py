"""Conversations about a picture, as LLaVA has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.data.conversation import IMAGE, Conversation, Turn
from workbench.data.formats.chat import conversations_field
from workbench.data.formats.images import IMAGE_COLUMNS, row_images, with_images
from workbench.data.formats.messages import asked, keys_of, turns_of
from workbench.data.formats.row import DatasetFormat, Row, RowError, columns
from workbench.i18n import N_, _


def llava(row: Row) -> Conversation:
    """``conversations`` of ``human`` and ``gpt`` with ``image``, a path or a list of them.

    ``<image>`` moves to the front of its question; of a row with one picture, several in a question become one.
    """
    images = row_images(row)
    turns = _turns(row)
    moved = [_image_first(turn, several=len(images) > 1) for turn in turns]
    return replace(asked(with_images(moved, images)), marks=_marks(turns))


def llava_image_only(row: Row) -> Conversation:
    """The same rows with nothing but ``<image>`` in each question."""
    turns = []
    for number, turn in enumerate(_turns(row)):
        if turn.role == "user" and IMAGE not in turn.content:
            field = conversations_field(row)
            raise RowError(f"{field}[{number}].value", _("the question has no {image}").format(image=IMAGE))
        turns.append(replace(turn, content=IMAGE) if turn.role == "user" else turn)
    return replace(asked(with_images(turns, row_images(row))), marks=_marks(_turns(row)))


def _marks(turns: Sequence[Turn]) -> int:
    return sum(turn.content.count(IMAGE) for turn in turns)


def _turns(row: Row) -> tuple[Turn, ...]:
    field = conversations_field(row)
    return turns_of(row.get(field), field, keys_of(row.get(field)))


def _image_first(turn: Turn, *, several: bool) -> Turn:
    count = turn.content.count(IMAGE)
    if turn.role != "user" or not count:
        return turn
    marks = f"{IMAGE}\n" * (count if several else 1)
    return replace(turn, content=(marks + turn.content.replace(IMAGE, "").strip()).strip())


def _has_image(row: Row) -> bool:
    return any(row.get(column) for column in IMAGE_COLUMNS)


_EXAMPLE = {
    "id": "1",
    "image": "images/cat.jpg",
    "conversations": [
        {"from": "human", "value": "<image>\nWhat is this?"},
        {"from": "gpt", "value": "A cat."},
    ],
}
FORMATS = (
    DatasetFormat(
        "llava",
        columns("conversations"),
        llava,
        N_("conversations about a picture"),
        _EXAMPLE,
        optional=IMAGE_COLUMNS | columns("id"),
        spellings=(columns("conversation"),),
        mark=_has_image,
        because=N_("the conversations come with pictures"),
    ),
    DatasetFormat(
        "llava_image_only",
        columns("conversations"),
        llava_image_only,
        N_("conversations about a picture, the questions reduced to it"),
        _EXAMPLE,
        recognised=False,
        optional=IMAGE_COLUMNS | columns("id"),
        spellings=(columns("conversation"),),
        mark=_has_image,
    ),
)
