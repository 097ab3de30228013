"""What a row has that not every format can hold."""

from __future__ import annotations

from collections.abc import Callable

from workbench.data.conversation import Conversation, Sample, TokenRow, Turn
from workbench.i18n import N_

FEATURES: dict[str, str] = {
    "tokens": N_("tokens instead of text"),
    "plain": N_("text without a question"),
    "roles": N_("who says what"),
    "loss": N_("answers that are not trained"),
    "tools": N_("tools and calls of them"),
    "images": N_("pictures"),
    "system": N_("a system text"),
    "later_system": N_("a system text that is not at the start"),
    "rejected": N_("a rejected answer"),
    "no_rejected": N_("no rejected answer"),
    "unpaired": N_("questions and answers that are not in pairs"),
    "early_answers": N_("answers before the first question"),
    "labels": N_("names of speakers and ids of calls"),
}
"""Names for programs, and the words for a person."""
UNTRAINED = frozenset({"labels"})
"""What no training sees: it may be lost, if that is said."""


def features_of(sample: Sample) -> frozenset[str]:
    """The names of what a row has."""
    if isinstance(sample, TokenRow):
        return frozenset({"tokens"})
    return frozenset(name for name, has in _TESTS.items() if has(sample))


def answer_of_pair(conversation: Conversation) -> tuple[Turn, ...]:
    """The turns that answer the last question: of a preference pair, the chosen answer."""
    last_question = max((at for at, turn in enumerate(conversation.turns) if turn.role != "assistant"), default=-1)
    return conversation.turns[last_question + 1 :]


def _untrained(conversation: Conversation) -> bool:
    """Of a preference pair only the answer is trained, and no flag needs to say so."""
    turns = answer_of_pair(conversation) if conversation.rejected else conversation.turns
    return any(turn.loss is False for turn in turns if turn.role == "assistant")


def _has_tools(conversation: Conversation) -> bool:
    turns = (*conversation.turns, *conversation.rejected)
    return bool(conversation.tools) or any(turn.tool_calls or turn.role == "tool" for turn in turns)


def _is_unpaired(conversation: Conversation) -> bool:
    """With tools, answers follow each other in any case."""
    if conversation.plain or _has_tools(conversation):
        return False
    roles = [turn.role for turn in conversation.turns if turn.role != "system"]
    return len(roles) % 2 == 1 or any(role != ("user", "assistant")[at % 2] for at, role in enumerate(roles))


def _has_labels(turn: Turn) -> bool:
    return bool(turn.name or turn.call_id or any(call.id for call in turn.tool_calls))


_TESTS: dict[str, Callable[[Conversation], bool]] = {
    "plain": lambda conversation: conversation.plain,
    "roles": lambda conversation: not conversation.plain,
    "loss": _untrained,
    "tools": _has_tools,
    "images": lambda conversation: bool(conversation.images),
    "system": lambda conversation: conversation.turns[:1] != () and conversation.turns[0].role == "system",
    "later_system": lambda conversation: any(turn.role == "system" for turn in conversation.turns[1:]),
    "rejected": lambda conversation: bool(conversation.rejected),
    "no_rejected": lambda conversation: not conversation.rejected,
    "unpaired": _is_unpaired,
    "early_answers": lambda conversation: conversation.answers_left_out > 0,
    "labels": lambda conversation: any(map(_has_labels, (*conversation.turns, *conversation.rejected))),
}
