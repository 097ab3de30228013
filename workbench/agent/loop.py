"""The loop of an agent: question, call, result, …, answer. The same for the chat engine and for endpoints."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, Protocol

from workbench.agent.arguments import BadCallError, arguments_of
from workbench.agent.protocols.protocol import AgentProtocol, Step
from workbench.agent.tool import ToolResult, ToolSpec
from workbench.chat.protocol import Answer, Delta, GenerationSettings
from workbench.chat.turn import ChatCall, ChatTurn
from workbench.chat.voice import Voice

MOST_TURNS = 7
"""How often a model is asked for one question."""
NOT_ALLOWED = "The user did not allow this call."
STOPPED = "The user stopped here."
NO_TURN = "No turn is left for this call."


class Tools(Protocol):
    """What runs calls."""

    @property
    def specs(self) -> Sequence[ToolSpec]: ...

    async def run(self, call: ChatCall) -> ToolResult:
        """Carry out a call; what goes wrong is told in the result. Cancelling it ends the tool."""
        ...


@dataclass(frozen=True)
class Answered:
    """The model wrote something: ``turn`` is kept, ``step`` is what it says, ``figures`` how it came."""

    turn: ChatTurn
    step: Step
    figures: Answer


@dataclass(frozen=True)
class Calling:
    """A tool begins, or the user is about to be asked whether it may."""

    call: ChatCall


@dataclass(frozen=True)
class Called:
    """A call has its result; ``call`` is None where the model is told something without one."""

    call: ChatCall | None
    turn: ChatTurn


@dataclass(frozen=True)
class Ended:
    """The question is answered, or not: ``turns`` are all that came of it, ``answer`` is empty if there is none."""

    turns: list[ChatTurn]
    answer: str
    reason: Literal["answer", "turns", "stopped"]


Event = Delta | Answered | Calling | Called | Ended
MayRun = Callable[[ToolSpec, ChatCall], Awaitable[bool]]
"""Asks whether a tool that touches the outside may be run for this call."""


@dataclass
class Agent:
    """A model with tools.

    Args:
        may_run: asked before each call of a tool that touches the outside.
        max_turns: how often the model is asked for one question; before the last time it is told to answer.
    """

    protocol: AgentProtocol
    tools: Tools
    may_run: MayRun
    max_turns: int = MOST_TURNS
    _stopped: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _voice: Voice | None = field(default=None, init=False)

    async def answer(
        self, voice: Voice, turns: Sequence[ChatTurn], settings: GenerationSettings
    ) -> AsyncIterator[Event]:
        """Answer the last turn, with as many calls as it takes; the last event is `Ended`.

        Raises:
            WorkbenchError: the voice cannot answer; what came before has been yielded.
        """
        self._stopped.clear()
        self._voice = voice
        asked = told_of_tools(turns, self.protocol, self.tools.specs)
        new: list[ChatTurn] = []
        words = [*settings.stop_words, *self.protocol.stop_words]
        settings = settings.model_copy(update={"stop_words": words})
        for number in range(1, self.max_turns + 1):
            sent = self.protocol.sent([*asked, *new])
            is_last = number == self.max_turns
            if new and is_last:
                sent = self.protocol.last_chance(sent)
            figures: Answer | None = None
            listed, kept = self.protocol.listed(self.tools.specs), self.protocol.kept_tokens
            async for reply in voice.generate(sent, settings, tools=listed, kept_tokens=kept):
                if isinstance(reply, Delta):
                    yield reply
                else:
                    figures = reply
            assert figures is not None  # a voice that ends without an answer has raised
            turn, step = self._read(figures)
            new.append(turn)
            yield Answered(turn, step, figures)
            if figures.ended_by == "stopped":
                self._stopped.set()
            elif step.answer is not None:
                yield Ended(new, step.answer, "answer")
                return
            elif step.told:
                new.append(self.protocol.result_turn(ToolResult(step.told, step.failed)))
                yield Called(None, new[-1])
            for call in step.calls:
                yield Calling(call)
                result = ToolResult(NO_TURN, failed=True) if is_last else await self._run(call)
                new.append(self.protocol.result_turn(result, call))
                yield Called(call, new[-1])
            if self._stopped.is_set():
                yield Ended(new, "", "stopped")
                return
        yield Ended(new, "", "turns")

    async def stop(self) -> None:
        """End at whatever is going on; what came so far is kept."""
        self._stopped.set()
        if self._voice is not None:
            await self._voice.stop()

    def _read(self, figures: Answer) -> tuple[ChatTurn, Step]:
        """What was answered; an endpoint gives calls apart from the text."""
        if figures.calls:
            turn = ChatTurn(role="assistant", content=figures.text, calls=figures.calls)
            return turn, Step(figures.text.strip(), tuple(figures.calls))
        step = self.protocol.read(figures.text)
        return self.protocol.answer_turn(figures.text, step), step

    async def _run(self, call: ChatCall) -> ToolResult:
        if self._stopped.is_set():
            return ToolResult(STOPPED, failed=True)
        try:
            arguments_of(call, self.tools.specs)
        except BadCallError as error:
            return ToolResult(str(error), failed=True)
        tool = next(one for one in self.tools.specs if one.name == call.name)
        began = time.monotonic()
        work = asyncio.ensure_future(self._run_if_allowed(tool, call))
        stopping = asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return work.result() if work.done() else ToolResult(STOPPED, failed=True, seconds=time.monotonic() - began)
        finally:
            for task in (work, stopping):
                task.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await task

    async def _run_if_allowed(self, tool: ToolSpec, call: ChatCall) -> ToolResult:
        if tool.outside and not await self.may_run(tool, call):
            return ToolResult(NOT_ALLOWED, failed=True)
        return await self.tools.run(call)


def told_of_tools(turns: Sequence[ChatTurn], protocol: AgentProtocol, tools: Sequence[ToolSpec]) -> list[ChatTurn]:
    """The turns with what a protocol says of the tools in the system text, behind the user's own."""
    text = protocol.system_text(tools)
    if not text:
        return list(turns)
    first, rest = (turns[0], turns[1:]) if turns and turns[0].role == "system" else (None, turns)
    whole = "\n\n".join([first.content, text] if first and first.content else [text])
    return [ChatTurn(role="system", content=whole), *rest]


def figures_of_all(figures: Sequence[Answer], *, stopped: bool) -> Answer:
    """The figures of an answer of several turns: tokens and times of all, the rest of the last."""
    last = figures[-1]
    return last.model_copy(
        update={
            "tokens": sum(one.tokens for one in figures),
            "first_token_s": figures[0].first_token_s,
            "total_s": sum(one.total_s for one in figures),
            "ended_by": "stopped" if stopped else last.ended_by,
        }
    )
