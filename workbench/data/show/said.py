"""A row as the conversation that it is: who says what, and what of it is trained."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.data.conversation import Conversation, Sample, Turn
from workbench.i18n import _


@dataclass(frozen=True)
class Said:
    """One message. ``title``: who says it and what becomes of it; ``text``: with its tool calls, as it stands."""

    title: str
    text: str
    is_trained: bool = False


def said_in(sample: Sample) -> list[Said]:
    """The messages of a row in order; behind them the answer that is not wanted, if it is a pair of answers."""
    if not isinstance(sample, Conversation):
        count = len(sample.input_ids)
        return [Said(_("tokens"), _("This row is {count} tokens already, without messages.").format(count=count))]
    tools = [Said(_("tools"), sample.tools)] if sample.tools else []
    turns = [Said(_title(turn, sample), _with_calls(turn), turn.is_trained) for turn in sample.turns]
    rejected = [
        Said(_("{role} · the answer that is not wanted").format(role=turn.role), _with_calls(turn))
        for turn in sample.rejected
    ]
    return [*tools, *turns, *rejected]


def _title(turn: Turn, sample: Conversation) -> str:
    if sample.plain:
        return _("text · trained")
    if turn.role != "assistant":
        return turn.role
    return _("{role} · trained").format(role=turn.role) if turn.is_trained else _not_trained(turn)


def _not_trained(turn: Turn) -> str:
    return _("{role} · not trained").format(role=turn.role)


def _with_calls(turn: Turn) -> str:
    calls = [f"→ {call.name}({call.arguments})" for call in turn.tool_calls]
    return "\n".join([turn.content, *calls] if turn.content else calls)
