"""Formats of whole conversations: messages with roles, and XTuner's list of exchanges."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.data.conversation import Conversation, Turn
from workbench.data.formats.images import IMAGE_COLUMNS, row_images, with_images
from workbench.data.formats.messages import (
    ROLE_CONTENT,
    asked,
    flag_of,
    keys_of,
    system_of,
    tools_of,
    turns_of,
)
from workbench.data.formats.row import DatasetFormat, Row, RowError, columns, system_turn, text_of
from workbench.i18n import N_, _


def openai(row: Row) -> Conversation:
    """``messages`` of ``role`` and ``content``, each with an optional ``loss``; ``tools`` and ``images`` columns."""
    field = "conversation" if "messages" not in row and "conversation" in row else "messages"
    turns = turns_of(row.get(field), field, ROLE_CONTENT)
    return asked(with_images(turns, row_images(row)), tools_of(row))


def agent_flan(row: Row) -> Conversation:
    """``conversation`` of ``role`` and ``content``, each with an optional ``loss``."""
    turns = turns_of(row.get("conversation"), "conversation", ROLE_CONTENT)
    return asked(with_images(turns, row_images(row)), tools_of(row))


def sharegpt(row: Row) -> Conversation:
    """``conversations`` of ``from`` and ``value``, with optional ``system``, ``tools`` and ``images`` columns."""
    field = conversations_field(row)
    turns = turns_of(row.get(field), field, keys_of(row.get(field)))
    return asked(with_images((*system_turn(system_of(row)), *turns), row_images(row)), tools_of(row))


def conversations_field(row: Row) -> str:
    """``conversations``, or the ``conversation`` that some files have instead."""
    return "conversation" if "conversation" in row and "conversations" not in row else "conversations"


def xtuner(row: Row) -> Conversation:
    """XTuner's own intermediate form: ``conversation`` of ``system``, ``input``, ``output``, ``output_with_loss``."""
    exchanges = row.get("conversation")
    if not isinstance(exchanges, list | tuple):
        raise RowError("conversation", _("the field must be a list of messages"))
    turns: list[Turn] = []
    for number, said in enumerate(exchanges):
        turns += _exchange_turns(said, f"conversation[{number}]")
    return Conversation(with_images(turns, row_images(row)))


def _exchange_turns(said: object, place: str) -> tuple[Turn, ...]:
    if not isinstance(said, Mapping):
        raise RowError(place, _("a message must be an object"))
    inside = f"{place}."
    return (
        *system_turn(text_of(said, "system", "", inside), f"{inside}system"),
        Turn("user", text_of(said, "input", "", inside), place=f"{inside}input"),
        Turn(
            "assistant",
            text_of(said, "output", None, inside),
            flag_of(said.get("output_with_loss"), f"{inside}output_with_loss"),
            place=f"{inside}output",
        ),
    )


def _first_keys(row: Row, field: str) -> set[str]:
    messages = row.get(field)
    first = messages[0] if isinstance(messages, list | tuple) and messages else None
    return {key for key in first if isinstance(key, str)} if isinstance(first, Mapping) else set()


def _has_roles(row: Row) -> bool:
    return bool(_first_keys(row, "conversation") & {"role", "content"})


def _has_exchanges(row: Row) -> bool:
    return bool(_first_keys(row, "conversation") & {"input", "output", "system"})


_HUMAN = {"from": "human", "value": "1+1?"}
_GPT = {"from": "gpt", "value": "2"}
_EXTRAS = columns("tools") | IMAGE_COLUMNS
FORMATS = (
    DatasetFormat(
        "openai",
        columns("messages"),
        openai,
        N_("messages with role and content"),
        {"messages": [{"role": "user", "content": "1+1?"}, {"role": "assistant", "content": "2", "loss": True}]},
        optional=_EXTRAS | columns("conversation"),
    ),
    DatasetFormat(
        "sharegpt",
        columns("conversations"),
        sharegpt,
        N_("conversations with from and value"),
        {"conversations": [_HUMAN, _GPT]},
        optional=_EXTRAS | columns("system"),
        spellings=(columns("conversation"),),
    ),
    DatasetFormat(
        "xtuner",
        columns("conversation"),
        xtuner,
        N_("XTuner's conversation of input and output"),
        {"conversation": [{"system": "", "input": "1+1?", "output": "2"}]},
        optional=IMAGE_COLUMNS,
        mark=_has_exchanges,
        because=N_("conversation holds inputs and outputs"),
    ),
    DatasetFormat(
        "agent_flan",
        columns("conversation"),
        agent_flan,
        N_("conversation with role and content, as Agent-FLAN has it"),
        {
            "id": "1",
            "conversation": [
                {"role": "system", "content": "You can use tools.", "loss": False},
                {"role": "user", "content": "1+1?"},
                {"role": "assistant", "content": "2", "loss": True},
            ],
        },
        optional=_EXTRAS,
        mark=_has_roles,
        because=N_("conversation holds messages with roles"),
    ),
    DatasetFormat(
        "wizardlm",
        columns("conversations"),
        sharegpt,
        N_("conversations with from and value"),
        {"conversations": [_HUMAN, _GPT]},
        recognised=False,
        optional=_EXTRAS | columns("system"),
    ),
)
