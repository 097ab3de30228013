"""How a question is answered on a plain terminal, shown while it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from workbench.chat.agent_choice import AgentChoice
from workbench.chat.interrupts import Interrupts
from workbench.chat.protocol import Answer, Delta, GenerationSettings
from workbench.chat.turn import ChatTurn
from workbench.chat.voice import Voice
from workbench.text import printable

Show = Callable[[str], None]
"""Prints a piece of text without a line break."""


@dataclass
class Given:
    """What came of a question.

    Args:
        turns: to be kept behind the question.
        text: the answer; empty if there is none.
        figures: of all that the model wrote.
        ended_by: why it ended.
        more: what ``--json`` prints beside.
    """

    turns: list[ChatTurn]
    text: str
    figures: Answer
    ended_by: str
    more: dict[str, Any] = field(default_factory=dict)

    def row(self, question: ChatTurn) -> dict[str, Any]:
        """What ``--json`` prints of it."""
        return {
            "question": question.content,
            **({"images": question.images} if question.images else {}),
            "answer": self.text,
            **self.more,
            "tokens": self.figures.tokens,
            "first_token_seconds": round(self.figures.first_token_s, 3),
            "seconds": round(self.figures.total_s, 3),
            "ended_by": self.ended_by,
            **({"dropped_turns": self.figures.dropped_turns} if self.figures.dropped_turns else {}),
        }


class Answering(Protocol):
    """A way to answer; the engine alone, or an agent with it."""

    asked_to_end: int
    """The signal by which the process was asked to end while the last answer came; 0 if it was not."""

    @property
    def choice(self) -> AgentChoice:
        """What is kept of it with a conversation."""
        ...

    async def start(self, prompt_template: str) -> list[str]:
        """Begin, once a model that answers with this template is loaded; returns warnings."""
        ...

    async def close(self) -> None:
        """End what was begun."""
        ...

    async def answer(
        self, voice: Voice, turns: list[ChatTurn], settings: GenerationSettings, show: Show, *, streams: bool
    ) -> Given:
        """Answer the last turn, showing it as it comes, or once it is whole; ctrl+c ends it early.

        Raises:
            WorkbenchError: there is no answer.
        """
        ...


class EngineAnswering:
    """One question, one answer."""

    choice = AgentChoice()
    asked_to_end = 0

    def __init__(self) -> None:
        self._pieces: list[str] = []

    @property
    def came(self) -> str:
        """What came of the last answer."""
        return "".join(self._pieces)

    async def start(self, prompt_template: str) -> list[str]:
        return []

    async def close(self) -> None:
        return

    async def answer(
        self, voice: Voice, turns: list[ChatTurn], settings: GenerationSettings, show: Show, *, streams: bool
    ) -> Given:
        answer: Answer | None = None
        self._pieces = []
        with Interrupts(voice.stop) as interrupts:
            async for reply in voice.generate(turns, settings):
                if isinstance(reply, Answer):
                    answer = reply
                elif isinstance(reply, Delta):
                    self._pieces.append(reply.text)
                    show(printable(reply.text) if streams else "")
        self.asked_to_end = interrupts.asked_to_end
        assert answer is not None  # a voice ends with an answer, or has raised
        show("\n" if streams else printable(answer.text) + "\n")
        turn = ChatTurn(role="assistant", content=answer.text, figures=answer.figures)
        return Given([turn], answer.text, answer, answer.ended_by)
