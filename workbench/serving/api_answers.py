"""Answers of the chat engine to requests of an endpoint: one model in memory, adapters by name, calls read from texts."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from workbench.agent.protocols import AgentProtocol, protocol_named
from workbench.chat.client import ChatEngine
from workbench.chat.protocol import Answer, AttachAdapter, GenerationSettings, Loaded, Loading
from workbench.chat.streaming import StopWordFilter
from workbench.chat.turn import ChatCall, ChatTurn
from workbench.errors import WorkbenchError
from workbench.serving.api_request import ChatRequest, RequestError
from workbench.serving.received_pictures import ReceivedPictures
from workbench.serving.served import Served
from workbench.text import printable

USUAL = GenerationSettings()
_LOOK_SECONDS = 0.5
_PAUSE_SECONDS = 30.0
"""Between attempts to load an engine that could not be loaded; a request tries at once."""


@dataclass(frozen=True)
class Ended:
    """How an answer ended. ``rest``: text not handed on before, as it might have been a call."""

    answer: Answer
    rest: str
    calls: tuple[ChatCall, ...]
    text: str
    """All of it, without the calls."""


class ServedAnswers:
    """The engine behind an endpoint. `load` it before the first question; `keep_ready` loads one that died again.

    Args:
        log_path: the engine's stderr goes there.
    """

    def __init__(self, served: Served, pictures: ReceivedPictures, log_path: Path) -> None:
        self._served = served
        self._pictures = pictures
        self._engine = ChatEngine(log_path)
        self._templates: dict[str, str] = {}
        self._loading = asyncio.Lock()
        self._room = asyncio.Semaphore(served.at_once)

    @property
    def names(self) -> list[str]:
        """The models, the usual one first."""
        return list(self._served.parts)

    @property
    def is_ready(self) -> bool:
        """Whether the model is in memory."""
        return self._engine.running and len(self._templates) == len(self._served.parts)

    async def load(self) -> AsyncIterator[Loading | Loaded]:
        """Load the base, then look that everything that is served fits on it; yields each stage.

        Raises:
            WorkbenchError: something is missing or does not fit.
        """
        self._templates = {}
        async for reply in self._engine.load(self._served.load.model_copy(update={"id": self._engine.next_id()})):
            yield reply
        for name, parts in self._served.parts.items():
            request = AttachAdapter(id=self._engine.next_id(), **parts.model_dump())
            async for reply in self._engine.load(request):
                yield reply
                if isinstance(reply, Loaded):
                    self._templates[name] = reply.prompt_template

    def name_of(self, asked: str) -> str:
        """The model of a request: the one that it names, or the usual one.

        Raises:
            RequestError: there is none of this name.
        """
        if asked and asked not in self._served.parts:
            message = f"The model {asked!r} does not exist. Served here: {', '.join(self.names)}"
            raise RequestError(message, param="model", status=404)
        return asked or self.names[0]

    async def answer(self, request: ChatRequest) -> AsyncGenerator[str | Ended, None]:
        """Pieces of text, then how it ended; whoever no longer listens ends it.

        Raises:
            RequestError: the request cannot be carried out.
            WorkbenchError: there is no answer: the message is too long, or the engine died.
        """
        name, settings = self.name_of(request.model), request.settings(USUAL)
        with self._pictures.of_request() as pictures:
            turns = await asyncio.to_thread(request.turns, pictures)
            async with self._room:
                await self._be_ready()
                async with aclosing(self._answer(name, turns, request, settings)) as replies:
                    async for reply in replies:
                        yield reply

    async def _answer(
        self, name: str, turns: list[ChatTurn], request: ChatRequest, settings: GenerationSettings
    ) -> AsyncGenerator[str | Ended, None]:
        protocol = protocol_named("auto", self._templates[name]) if request.offered else None
        handed_on = HandedOn(protocol)
        replies = self._engine.generate(
            turns,
            settings,
            parts=self._served.parts[name],
            tools=protocol.listed(request.offered) if protocol else "",
            kept_tokens=protocol.kept_tokens if protocol else (),
        )
        async with aclosing(replies):
            async for reply in replies:
                if isinstance(reply, Answer):
                    yield handed_on.ended(reply)
                elif text := handed_on.safe(reply.text):
                    yield text

    async def keep_ready(self) -> None:
        """Load the engine again whenever it has died, until this is cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self._be_ready()
            except WorkbenchError as error:
                print(printable(str(error)), file=sys.stderr, flush=True)  # noqa: T201 - stderr is the job's log
                await asyncio.sleep(_PAUSE_SECONDS)

    async def close(self) -> None:
        """End the engine."""
        await self._engine.close()

    async def _be_ready(self) -> None:
        async with self._loading:
            if not self.is_ready:
                async for _stage in self.load():
                    pass


class HandedOn:
    """Which of an answer's text goes to the client as text: all of it before what may be a call."""

    def __init__(self, protocol: AgentProtocol | None) -> None:
        self._protocol = protocol
        self._filter = StopWordFilter(protocol.kept_tokens if protocol else ())
        self._begun = False
        self._may_be_bare = False
        self._given = ""

    def safe(self, text: str) -> str:
        """What of the next piece can be handed on now."""
        if self._protocol is not None and not self._begun and text.strip():
            self._begun = True
            self._may_be_bare = text.lstrip().startswith(("{", "["))  # some models write nothing but the JSON of a call
        if self._may_be_bare:
            return ""
        text = self._filter.feed(text)
        self._given += text
        return text

    def ended(self, answer: Answer) -> Ended:
        """The end: calls with ids, or the text that was held back."""
        step = self._protocol.read(answer.text) if self._protocol else None
        if step is not None and step.calls:
            calls = tuple(
                call.model_copy(update={"id": call.id or f"call_{secrets.token_hex(8)}"}) for call in step.calls
            )
            return Ended(answer, "", calls, self._given)
        return Ended(answer, answer.text[len(self._given) :], (), answer.text)
