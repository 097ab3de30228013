"""Whatever answers: the chat engine, one of several on its base, or a chat service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from workbench.chat.protocol import Answer, Delta, GenerationSettings
from workbench.chat.turn import ChatTurn


class Voice(Protocol):
    """It may be asked several things at once."""

    def generate(
        self, turns: list[ChatTurn], settings: GenerationSettings, *, tools: str = "", kept_tokens: Sequence[str] = ()
    ) -> AsyncIterator[Delta | Answer]:
        """Answer the last turn: pieces of text, then the whole answer with its figures.

        Args:
            tools: functions that the model may call, a JSON list as text.
            kept_tokens: special tokens that belong to the answer's text, such as those around a call.

        Raises:
            WorkbenchError: there is no answer, or it broke off; what was said so far has been yielded.
        """
        ...

    async def stop(self) -> None:
        """End what is being answered; what was said so far is kept."""
        ...
