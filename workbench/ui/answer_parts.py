"""An answer as it is shown: what was thought, what was said, and each step with a tool. No Textual here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.chat.thinking import thoughts_and_answer
from workbench.chat.turn import ChatCall, ChatTurn

if TYPE_CHECKING:
    from workbench.agent.protocols.protocol import Step

ReadAnswer = Callable[[str], "Step"]
"""What an answer says, by the way in which its model writes calls of tools."""


@dataclass(frozen=True)
class Thought:
    """What the model thought. ``is_whole``: nothing more of it comes."""

    text: str
    is_whole: bool = True


@dataclass(frozen=True)
class Spoken:
    """What the model said. ``is_raw``: as it wrote it, not Markdown."""

    text: str
    is_raw: bool = False


@dataclass(frozen=True)
class Growing:
    """What the model is saying, as it writes it: to be laid out once it is whole."""

    text: str


@dataclass(frozen=True)
class ToolStep:
    """A call of a tool, or what was meant to be one.

    Args:
        tool: its name; empty if there is no telling which.
        arguments: as the model wrote them.
        result: what came back; None while that is awaited.
    """

    number: int
    tool: str
    arguments: str
    result: ChatTurn | None = None


Part = Thought | Spoken | Growing | ToolStep


def parts_of(turns: Sequence[ChatTurn], read: ReadAnswer | None = None) -> list[Part]:
    """The parts of an answer.

    Args:
        turns: what the model wrote and what the tools gave back, in order.
        read: how calls stand in the texts; None if they hold none.
    """
    parts: list[Part] = []
    for turn in turns:
        if turn.role == "tool":
            _take_result(parts, turn)
        elif turn.calls or read is None:
            parts += said_parts(turn.content)
            parts += _steps(parts, turn.calls)
        else:
            step = read(turn.content)
            parts += [Thought(step.thought)] if step.thought else []
            if step.answer is None and not step.calls:
                parts.append(Spoken(turn.content, is_raw=True))
            parts += said_parts(step.answer or "")
            parts += _steps(parts, step.calls)
    return parts


def said_parts(text: str, *, goes_on: bool = False) -> list[Part]:
    """The parts of a text without calls. ``goes_on``: more of it will follow."""
    return [
        Thought(said.text, said.is_whole or not goes_on) if said.is_thought else Spoken(said.text)
        for said in thoughts_and_answer(text, goes_on=goes_on)
    ]


def _steps(parts: Sequence[Part], calls: Sequence[ChatCall]) -> list[Part]:
    first = 1 + sum(isinstance(part, ToolStep) for part in parts)
    return [ToolStep(number, call.name, call.arguments) for number, call in enumerate(calls, start=first)]


def _take_result(parts: list[Part], result: ChatTurn) -> None:
    """Put a result to the first call that has none; what the model is told without a call stands for itself."""
    for place, part in enumerate(parts):
        if isinstance(part, ToolStep) and part.result is None:
            parts[place] = ToolStep(part.number, part.tool, part.arguments, result)
            return
    number = 1 + sum(isinstance(part, ToolStep) for part in parts)
    parts.append(ToolStep(number, result.tool, "", result))
