"""How a model that calls tools is talked to: one interface for every way of writing calls."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from workbench.agent.arguments import BadCallError, arguments_of
from workbench.agent.tool import ToolResult, ToolSpec
from workbench.chat.turn import ChatCall, ChatTurn

FORCE_STOP = "No tool can be called any more. Answer the question now from what you know."
"""What a model is told before its last turn."""


@dataclass(frozen=True)
class Step:
    """What an answer of the model says: it calls tools, or is the final answer, or is told something at once.

    Args:
        thought: what stands before the calls or the answer.
        calls: in order; their arguments are as the model wrote them and not checked (`arguments_of` does).
        answer: the final answer; None if it is none.
        told: what the model is told instead of a tool's result: what is wrong with the answer, or nothing but that it
            may go on. ``failed``: whether something is wrong.
    """

    thought: str = ""
    calls: tuple[ChatCall, ...] = ()
    answer: str | None = None
    told: str = ""
    failed: bool = False


@dataclass(frozen=True)
class AgentProtocol(ABC):
    """A way of writing calls. Reading never raises, gives the same for the same text, and repairs nothing.

    Attributes:
        force_stop: what a model is told before its last turn.
        stop_words: end an answer beside the template's own, never shown.
        kept_tokens: special tokens that belong to an answer's text.
    """

    name: ClassVar[str]
    force_stop: str = field(default=FORCE_STOP, kw_only=True)
    stop_words: ClassVar[tuple[str, ...]] = ()
    kept_tokens: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def read(self, answer: str) -> Step:
        """What an answer says."""

    def can_call(self, tool: ToolSpec) -> bool:
        """Whether there is a way of writing a call of this tool."""
        return True

    def system_text(self, tools: Sequence[ToolSpec]) -> str:
        """What the system text says of the tools; empty if the prompt template lists them."""
        return ""

    def listed(self, tools: Sequence[ToolSpec]) -> str:
        """The tools as the prompt template lists them, a JSON list as text; empty if the system text does."""
        return ""

    def answer_turn(self, answer: str, step: Step) -> ChatTurn:
        """The answer as it is kept in the conversation: as the model wrote it."""
        return ChatTurn(role="assistant", content=answer)

    def result_turn(self, result: ToolResult, call: ChatCall | None = None) -> ChatTurn:
        """What a call gave, or what the model is told instead, as it is kept in the conversation."""
        return ChatTurn(
            role="tool",
            content=self.result_text(result, call),
            tool=call.name if call else "",
            call_id=call.id if call else "",
            seconds=result.seconds,
            failed=result.failed,
        )

    def result_text(self, result: ToolResult, call: ChatCall | None) -> str:
        """A result as the model reads it."""
        return result.text

    def sent(self, turns: Sequence[ChatTurn]) -> list[ChatTurn]:
        """The turns of a conversation as the model is asked with them."""
        return list(turns)

    def last_chance(self, turns: Sequence[ChatTurn]) -> list[ChatTurn]:
        """The turns, with the demand to answer now behind the last result."""
        *before, last = turns
        return [*before, last.model_copy(update={"content": f"{last.content}\n{self.force_stop}"})]


def is_valid_call(protocol: AgentProtocol, answer: str, tools: Sequence[ToolSpec]) -> bool:
    """Whether an answer calls tools, and every call names one that there is and has arguments that it takes."""
    step = protocol.read(answer)
    try:
        for call in step.calls:
            arguments_of(call, tools)
    except BadCallError:
        return False
    return bool(step.calls)
