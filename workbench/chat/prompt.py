"""From a conversation to the tokens that a model is asked with: as much of it as fits, pictures looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.chat.held_model import HeldModel
from workbench.chat.pictures import picture_files, with_marks
from workbench.chat.turn import ChatTurn
from workbench.data.encode import encode_prompt
from workbench.data.templates import Template
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.vision.marks import require_a_picture_each, require_sight
from workbench.models.vision.sight import Look, with_looks


@dataclass(frozen=True)
class Prompt:
    """Tokens with those of the pictures among them, and what the model makes of the pictures."""

    ids: list[int]
    looks: list[Look]
    dropped_turns: int
    dropped_images: int


def fitting_prompt(turns: list[ChatTurn], wanted: int, held: HeldModel, template: Template) -> Prompt:
    """As many of the newest turns as leave room for an answer, with the system text.

    Args:
        wanted: the longest answer in tokens; half of the context is left for it at most.

    Raises:
        WorkbenchError: there is no question, it does not fit, or a picture of what fits cannot be looked at.
    """
    if not turns or turns[-1].role != "user":
        raise WorkbenchError(_("There is no question to answer."), fix=_("Write a message first."))
    system = [turn for turn in turns if turn.role == "system"][:1]
    rest = [turn for turn in turns if turn.role != "system"]
    room = max(held.context - min(wanted, held.context // 2), 1)
    pictures = _count(rest)
    for dropped in range(0, len(rest), 2):
        kept = [*system, *rest[dropped:]]
        ids = encode_prompt(with_marks(kept), template, held.tokenizer)
        if len(ids) > room:
            continue
        looks = _looks(kept, ids, held)
        ids = with_looks(ids, looks)
        if len(ids) <= room:
            return Prompt(ids, looks, dropped, pictures - len(looks))
    raise WorkbenchError(
        _("The message is longer than the model's context of {limit} tokens.").format(limit=held.context),
        fix=_("Ask about fewer pictures, or shorten it.")
        if rest[-1].images
        else _("Shorten it, or split it into parts."),
    )


def _looks(turns: Sequence[ChatTurn], ids: list[int], held: HeldModel) -> list[Look]:
    count = _count(turns)
    if not count:
        return []
    names = ", ".join(image for turn in turns for image in turn.images)
    require_sight(held.model, pictures=count, where=names)
    require_a_picture_each(ids, pictures=count, where=names)
    assert held.eyes is not None
    asked_before = count - len(turns[-1].images)
    looks = []
    for path in picture_files(turns):
        try:
            looks.append(held.eyes.look(path))
        except WorkbenchError as error:
            if len(looks) >= asked_before:
                raise
            fix = _("It was given earlier in this conversation: put it back, or begin a new conversation.")
            raise WorkbenchError(error.what, where=error.where, fix=fix) from error
    return looks


def _count(turns: Sequence[ChatTurn]) -> int:
    return sum(len(turn.images) for turn in turns)
