"""From a conversation to the tokens that a model is asked with: as much of it as fits, pictures looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

from workbench.chat.cut_results import with_results_cut
from workbench.chat.exchanges import Exchange, exchanges_of, oldest_that_fits
from workbench.chat.held_model import HeldModel
from workbench.chat.pictures import given_earlier, picture_files, with_marks
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
    cut_characters: int = 0
    """Of results of tools, which were too long."""


def fitting_prompt(
    turns: Sequence[ChatTurn], wanted: int, held: HeldModel, template: Template, tools: str = ""
) -> Prompt:
    """As many of the newest exchanges as leave room for an answer, with the system text.

    If the newest alone does not, the results of tools in it are cut.

    Args:
        wanted: the longest answer in tokens. At most half of the context is left for it, and an eighth if it is the
            newest exchange alone that is long.
        tools: functions that may be called, a JSON list as text.

    Raises:
        WorkbenchError: there is no question, it does not fit, or a picture of what fits cannot be looked at.
    """
    system, exchanges = exchanges_of(turns)
    room = max(held.context - min(wanted, held.context // 2), 1)
    most = max(held.context - min(wanted, held.context // 8), 1)
    pictures = _count(turns)

    def kept_from(number: int) -> list[ChatTurn]:
        return [*system, *(turn for exchange in exchanges[number:] for turn in exchange)]

    @cache
    def text_from(number: int) -> list[int]:
        return encode_prompt(with_marks(kept_from(number)), template, held.tokenizer, tools)

    def fits(room: int, exchange: Exchange) -> bool:
        return len(encode_prompt(with_marks([*system, *exchange]), template, held.tokenizer, tools)) <= room

    newest = len(exchanges) - 1
    first = oldest_that_fits(len(exchanges), lambda number: len(text_from(number)) <= room)
    cut = 0
    if len(text_from(newest)) > most and (found := with_results_cut(exchanges[newest], partial(fits, most))):
        exchanges[newest], cut = found
        text_from.cache_clear()
    length = len(text_from(newest))
    for number in range(min(first, newest), len(exchanges)) if length <= most else ():
        kept = kept_from(number)
        looks = _looks(kept, exchanges[-1], text_from(number), held)
        ids = with_looks(text_from(number), looks)
        if len(ids) <= (most if number == newest else room):
            return Prompt(ids, looks, len(turns) - len(kept), pictures - len(looks), cut)
        length = len(ids)
    is_mostly_told = _characters(system) + len(tools) > _characters(exchanges[-1])
    raise _told_too_much(length, most, held) if is_mostly_told else _too_long(length, most, held, exchanges[-1])


def _too_long(length: int, room: int, held: HeldModel, asked: Exchange) -> WorkbenchError:
    said = _("The message is longer than the model's context: {length} tokens, with room for {room} of {limit}.")
    return WorkbenchError(
        said.format(length=length, room=room, limit=held.context),
        fix=_("Ask about fewer pictures, or shorten it.")
        if _count(asked)
        else _("Shorten it, or split it into parts."),
    )


def _told_too_much(length: int, room: int, held: HeldModel) -> WorkbenchError:
    said = _(
        "System text and message are longer than the model's context: {length} tokens, with room for {room} of {limit}."
    )
    return WorkbenchError(
        said.format(length=length, room=room, limit=held.context),
        fix=_("Shorten the system text. If it tells of tools: choose fewer, or the short text for them."),
    )


def _characters(turns: Sequence[ChatTurn]) -> int:
    return sum(len(turn.content) for turn in turns)


def _looks(turns: Sequence[ChatTurn], asked: Exchange, ids: list[int], held: HeldModel) -> list[Look]:
    count = _count(turns)
    if not count:
        return []
    names = ", ".join(image for turn in turns for image in turn.images)
    require_sight(held.model, pictures=count, where=names)
    require_a_picture_each(ids, pictures=count, where=names)
    assert held.eyes is not None
    asked_before = count - _count(asked)
    looks: list[Look] = []
    for path in picture_files(turns):
        with given_earlier(was=len(looks) < asked_before):
            looks.append(held.eyes.look(path))
    return looks


def _count(turns: Sequence[ChatTurn]) -> int:
    return sum(len(turn.images) for turn in turns)
