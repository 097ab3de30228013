"""From the turns of a chat to those that templates know, and the files of their pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from workbench.chat.image_path import is_address
from workbench.chat.turn import ChatTurn
from workbench.data.conversation import IMAGE, ToolCall, Turn
from workbench.data.fetched_picture import fetched
from workbench.errors import WorkbenchError
from workbench.i18n import _


def with_marks(turns: Sequence[ChatTurn]) -> list[Turn]:
    """The turns with ``<image>`` where their pictures stand: first, as XTuner has it, unless the text says where.

    Only what was asked has pictures: a mark in an answer, which the model may have made up, or in what a tool gave
    back is left out beside pictures.
    """
    has_pictures = any(turn.images for turn in turns)
    return [_with_marks(turn, leave_out=has_pictures and turn.role in {"assistant", "tool"}) for turn in turns]


def picture_files(turns: Sequence[ChatTurn]) -> list[Path]:
    """The files of all pictures, in order; those that were given by an address are fetched.

    Raises:
        WorkbenchError: an address gives no picture.
    """
    given = [image for turn in turns for image in turn.images]
    return [fetched(image) if is_address(image) else Path(image) for image in given]


@contextmanager
def given_earlier(*, was: bool) -> Iterator[None]:
    """Within it a picture that cannot be had is told as one that was given with an earlier question, if it was."""
    try:
        yield
    except WorkbenchError as error:
        if not was:
            raise
        fix = _("It was given earlier in this conversation: put it back, or begin a new conversation.")
        raise WorkbenchError(error.what, where=error.where, fix=fix) from error


def _with_marks(turn: ChatTurn, *, leave_out: bool) -> Turn:
    text = turn.content
    if leave_out:
        text = text.replace(IMAGE, "")
    elif IMAGE not in text:
        text = f"{IMAGE}\n" * len(turn.images) + text
    calls = tuple(ToolCall(call.name, call.arguments, call.id) for call in turn.calls)
    return Turn(turn.role, text, images=tuple(turn.images), tool_calls=calls, name=turn.tool, call_id=turn.call_id)
