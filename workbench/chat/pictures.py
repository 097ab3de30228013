"""The pictures of a conversation: where they stand in its texts, and the files they lie in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.chat.image_path import is_address
from workbench.chat.turn import ChatTurn
from workbench.data.conversation import IMAGE, Turn
from workbench.data.fetched_picture import fetched


def with_marks(turns: Sequence[ChatTurn]) -> list[Turn]:
    """The turns with ``<image>`` where their pictures stand: first, as XTuner has it, unless the text says where.

    What a model answered has no pictures: a mark in it, which it may have made up, is left out beside pictures.
    """
    has_pictures = any(turn.images for turn in turns)
    return [_with_marks(turn, leave_out=has_pictures and turn.role == "assistant") for turn in turns]


def picture_files(turns: Sequence[ChatTurn]) -> list[Path]:
    """The files of all pictures, in order; those that were given by an address are fetched.

    Raises:
        WorkbenchError: an address gives no picture.
    """
    given = [image for turn in turns for image in turn.images]
    return [fetched(image) if is_address(image) else Path(image) for image in given]


def _with_marks(turn: ChatTurn, *, leave_out: bool) -> Turn:
    text = turn.content
    if leave_out:
        text = text.replace(IMAGE, "")
    elif IMAGE not in text:
        text = f"{IMAGE}\n" * len(turn.images) + text
    return Turn(turn.role, text, images=tuple(turn.images))
