"""MOSS-003-SFT: conversations with inner thoughts, commands and the results of plugins, written out as one text."""

from __future__ import annotations

import re
from typing import Any

from workbench.data.conversation import Conversation, Turn
from workbench.data.formats.row import DatasetFormat, Row, RowError, as_object, columns, missing, shown, text_of
from workbench.i18n import N_, _

_RESULTS = "Tool Responses"
_PARTS = ("Human", "Inner Thoughts", "Commands", _RESULTS, "MOSS")
_INSIDE = re.compile(r"(?<=<\|Results\|>:).*?(?=<eor>)", re.DOTALL)
Piece = tuple[str, bool]
"""A text and whether it is trained."""


def moss_sft(row: Row) -> Conversation:
    """``meta_instruction`` and ``chat`` of ``turn_1``, ``turn_2``, …, with an optional ``num_turns``.

    One plain text in pieces: all of it is trained, the human's words too, but for the instruction and what stands
    between ``<|Results|>:`` and ``<eor>``.
    """
    turns = [Turn("assistant", text_of(row, "meta_instruction", ""), loss=False, place="meta_instruction")]
    for number, turn in enumerate(_turns(row), start=1):
        place = f"chat.turn_{number}"
        turns += [Turn("assistant", text, loss, place=place) for text, loss in _pieces(turn, place)]
    return Conversation(tuple(turn for turn in turns if turn.content), plain=True)


def _turns(row: Row) -> list[Any]:
    """The turns in the order of their numbers; columns of tables that are null stand for no turn."""
    chat = as_object(row.get("chat"), "chat")
    given = {name: turn for name, turn in chat.items() if turn is not None}
    wanted = [f"turn_{number}" for number in range(1, len(given) + 1)]
    for name in wanted:
        if name not in given:
            raise missing(f"chat.{name}")
    count = row.get("num_turns")
    if count is not None and count not in (len(given), str(len(given))):
        raise RowError("num_turns", _("the number of turns in chat is {count}").format(count=len(given)))
    return [given[name] for name in wanted]


def _pieces(turn: Any, place: str) -> list[Piece]:
    parts = as_object(turn, place)
    for name in parts:
        if name not in _PARTS:
            raise RowError(f"{place}.{shown(name)}", _("a turn has no part of this name"))
    pieces: list[Piece] = []
    for name in _PARTS:
        text = text_of(parts, name, "", f"{place}.")
        pieces += _results(text) if name == _RESULTS else [(text, True)]
    return pieces


def _results(text: str) -> list[Piece]:
    """A text of results: its marks are trained, what is inside them is not."""
    pieces: list[Piece] = []
    end = 0
    for inside in _INSIDE.finditer(text):
        pieces += [(text[end : inside.start()], True), (inside.group(), False)]
        end = inside.end()
    return [*pieces, (text[end:], bool(end))]


FORMATS = (
    DatasetFormat(
        "moss_sft",
        columns("meta_instruction chat"),
        moss_sft,
        N_("MOSS conversations with plugins"),
        {
            "meta_instruction": "You can use a calculator.\n",
            "num_turns": 1,
            "chat": {
                "turn_1": {
                    "Human": "<|Human|>: 1+1?<eoh>\n",
                    "Inner Thoughts": "<|Inner Thoughts|>: I should calculate this.<eot>\n",
                    "Commands": '<|Commands|>: Calculate("1+1")<eoc>\n',
                    "Tool Responses": '<|Results|>:\nCalculate("1+1") =>\n2\n<eor>\n',
                    "MOSS": "<|MOSS|>: 2<eom>\n",
                }
            },
        },
        optional=columns("num_turns"),
    ),
)
