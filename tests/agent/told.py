"""A source of answers that are given beforehand, for what surrounds a model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from workbench.chat.protocol import Answer, Delta, GenerationSettings
from workbench.chat.turn import ChatCall, ChatTurn
from workbench.errors import WorkbenchError


@dataclass
class Told:
    """Gives one answer after another, and keeps what it was asked with; "…" is one that comes until it is stopped."""

    answers: list[str]
    calls: list[ChatCall] = field(default_factory=list)
    asked: list[tuple[list[ChatTurn], GenerationSettings, dict[str, Any]]] = field(default_factory=list)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def generate(
        self, turns: list[ChatTurn], settings: GenerationSettings, **more: Any
    ) -> AsyncIterator[Delta | Answer]:
        self.asked.append((turns, settings, more))
        if not self.answers:
            raise WorkbenchError("The engine ended.")
        text = self.answers.pop(0)
        yield Delta(id=1, text=text)
        if text == "…":
            await self.stopping.wait()
        ended = "stopped" if text == "…" else "model"
        calls, self.calls = self.calls, []
        figures = {"prompt_tokens": 1, "tokens": 1, "first_token_s": 0, "total_s": 0}
        yield Answer.model_validate({"id": 1, "text": text, "calls": calls, "ended_by": ended, **figures})

    async def stop(self) -> None:
        self.stopping.set()
