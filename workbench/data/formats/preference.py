"""Formats of a prompt with its answer, or with an answer that is wanted and one that is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbench.data.conversation import Conversation, Turn
from workbench.data.formats.chat import conversations_field
from workbench.data.formats.images import IMAGE_COLUMNS, row_images, with_images
from workbench.data.formats.messages import keys_of, system_of, tools_of, turns_of
from workbench.data.formats.row import DatasetFormat, Row, RowError, absent, columns, system_turn, text_of
from workbench.i18n import N_, _


def prompt_completion(row: Row) -> Conversation:
    """``prompt`` and ``completion`` (or ``response``), each a text or messages; nothing of the prompt is trained."""
    question = (*system_turn(system_of(row)), *_question(row, "prompt"))
    field = "response" if "completion" not in row and "response" in row else "completion"
    return _pair(with_images(question, row_images(row)), _answer(row, field), (), tools_of(row))


def preference(row: Row) -> Conversation:
    """``prompt`` (or ``conversations``), ``chosen`` and ``rejected``, each a text or messages."""
    field = conversations_field(row)
    if "prompt" in row or field not in row:
        field = "prompt"
    question = (*system_turn(system_of(row)), *_question(row, field))
    return _pair(
        with_images(question, row_images(row)), _answer(row, "chosen"), _answer(row, "rejected"), tools_of(row)
    )


def orpo_dpo_mix(row: Row) -> Conversation:
    """``chosen`` and ``rejected``, both whole conversations: the question is all of ``chosen`` but its last answer."""
    chosen, rejected = _dialogue(row, "chosen"), _dialogue(row, "rejected")
    if len(chosen) < 2:
        raise RowError("chosen", _("the conversation must end with an answer to a question"))
    if chosen[:-1] != rejected[:-1]:
        raise RowError("rejected", _("what stands before the last answer must be the same as in chosen"))
    return _pair(chosen[:-1], chosen[-1:], rejected[-1:], tools_of(row))


def intel_orca(row: Row) -> Conversation:
    """Texts in ``system``, ``question``, ``chosen`` and ``rejected``."""
    question = (*system_turn(system_of(row)), Turn("user", text_of(row, "question"), place="question"))
    chosen, rejected = (Turn("assistant", text_of(row, name), place=name) for name in ("chosen", "rejected"))
    return _pair(question, (chosen,), (rejected,), "")


def _pair(question: Sequence[Turn], chosen: Sequence[Turn], rejected: Sequence[Turn], tools: str) -> Conversation:
    """The pair as a conversation; answers within the question are not trained."""
    before = (replace(turn, loss=False) if turn.role == "assistant" else turn for turn in question)
    return Conversation((*before, *chosen), tools=tools, rejected=tuple(rejected))


def _question(row: Row, field: str) -> tuple[Turn, ...]:
    value = row.get(field)
    if value is None:
        raise absent(row, field, field)
    if isinstance(value, str):
        return (Turn("user", value, place=field),)
    turns = turns_of(value, field, keys_of(value))
    if not any(turn.role == "user" for turn in turns):
        raise RowError(field, _("there is no question"))
    return turns


def _answer(row: Row, field: str) -> tuple[Turn, ...]:
    """An answer: text, one message or several, of which the first is the assistant's."""
    value = row.get(field)
    if value is None:
        raise absent(row, field, field)
    if isinstance(value, str):
        return (Turn("assistant", value, place=field),)
    if isinstance(value, Mapping):
        return _answer({field: [value]}, field)
    turns = turns_of(value, field, keys_of(value))
    if not turns or turns[0].role != "assistant":
        raise RowError(field, _("it must begin with an answer of the assistant"))
    return turns


def _dialogue(row: Row, field: str) -> tuple[Turn, ...]:
    value = row.get(field)
    turns = turns_of(value, field, keys_of(value))
    if not turns or turns[-1].role != "assistant":
        raise RowError(field, _("the conversation must end with an answer to a question"))
    return turns


def _says(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


_MORE = columns("system tools") | IMAGE_COLUMNS
FORMATS = (
    DatasetFormat(
        "prompt_completion",
        columns("prompt completion"),
        prompt_completion,
        N_("prompt and completion, as text or messages"),
        {"prompt": "1+1?", "completion": "2"},
        optional=_MORE,
        spellings=(columns("prompt response"),),
    ),
    DatasetFormat(
        "preference",
        columns("prompt chosen rejected"),
        preference,
        N_("preference pairs: prompt, chosen and rejected"),
        {
            "prompt": [_says("user", "1+1?")],
            "chosen": [_says("assistant", "2")],
            "rejected": [_says("assistant", "3")],
        },
        optional=_MORE,
        spellings=(columns("conversations chosen rejected"), columns("conversation chosen rejected")),
    ),
    DatasetFormat(
        "orpo_dpo_mix_40k",
        columns("chosen rejected"),
        orpo_dpo_mix,
        N_("preference pairs: two whole conversations"),
        {
            "chosen": [_says("user", "1+1?"), _says("assistant", "2")],
            "rejected": [_says("user", "1+1?"), _says("assistant", "3")],
        },
        optional=columns("tools"),
    ),
    DatasetFormat(
        "intel_orca_dpo",
        columns("question chosen rejected"),
        intel_orca,
        N_("preference pairs: system, question, chosen and rejected texts"),
        {"system": "Be brief.", "question": "1+1?", "chosen": "2", "rejected": "3"},
        optional=columns("system"),
    ),
)
