"""Answers of a chat service that speaks the OpenAI protocol, asked for in the same way as those of the chat engine."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from workbench.chat.endpoint_messages import messages_of
from workbench.chat.endpoint_request import Body, named_in, request_body, without
from workbench.chat.endpoint_stream import HeardAnswer
from workbench.chat.endpoint_troubles import Troubles
from workbench.chat.protocol import Answer, Delta, GenerationSettings
from workbench.chat.turn import ChatTurn
from workbench.data.sheets.endpoint import Endpoint
from workbench.errors import WorkbenchError
from workbench.i18n import _

if TYPE_CHECKING:
    import httpx2

_CONNECT_SECONDS = 15.0
_SILENCE_SECONDS = 300.0
_MOST_EVENT_BYTES = 8 * 1024 * 1024
_MOST_BODY_BYTES = 8 * 1024 * 1024
_NAMES_SHOWN = 20


class _Model(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Model]


class ChatEndpoint:
    """One model of one service; answers may come side by side. `close` it at the end.

    Args:
        silence: seconds without a sign of the service after which it is given up.
    """

    def __init__(self, endpoint: Endpoint, *, silence: float = _SILENCE_SECONDS) -> None:
        self.endpoint = endpoint
        self.not_taken: set[str] = set()
        """Settings that the service does not know; it is asked without them."""
        key = endpoint.key.get_secret_value() if endpoint.key else ""
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._troubles = Troubles(endpoint.url, key, silence)
        self._client: httpx2.AsyncClient | None = None
        self._ids = itertools.count(1)
        self._readers: set[asyncio.Task[None]] = set()

    async def generate(
        self,
        turns: Sequence[ChatTurn],
        settings: GenerationSettings,
        *,
        tools: str = "",
        kept_tokens: Sequence[str] = (),
    ) -> AsyncGenerator[Delta | Answer, None]:
        """Answer the last turn; yields pieces of text, then the whole answer with its figures.

        Args:
            tools: functions that the model may call, a JSON list as text.
            kept_tokens: if there are any, the service is asked to leave special tokens in the text.

        Raises:
            WorkbenchError: the service cannot be reached, refuses, breaks off or sends nonsense; what it said so far
                has been yielded.
        """
        answer_id = next(self._ids)
        messages = await asyncio.to_thread(messages_of, turns)
        body = request_body(self.endpoint.model, messages, settings, tools)
        if kept_tokens:
            body["skip_special_tokens"] = False
        heard, pieces = HeardAnswer(settings.stop_words), asyncio.Queue[str | None]()
        reader = asyncio.create_task(self._read(body, heard, pieces), name="chat-endpoint-answer")
        reader.add_done_callback(lambda _task: pieces.put_nowait(None))
        self._readers.add(reader)
        try:
            while (text := await pieces.get()) is not None:
                yield Delta(id=answer_id, text=text)
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            self._readers.discard(reader)
        if rest := heard.rest():
            yield Delta(id=answer_id, text=rest)
        if not reader.cancelled():
            reader.result()
        yield heard.answer(answer_id, stopped=reader.cancelled())

    async def stop(self) -> None:
        """End the running answers; what was said so far is kept."""
        for reader in self._readers:
            reader.cancel()

    async def models(self) -> list[str]:
        """The names of the models that the service has.

        Raises:
            WorkbenchError: it cannot be reached, or refuses, or gives no such list.
        """
        with self._troubles.in_words():
            async with self._open().stream("GET", f"{self.endpoint.url}/models", headers=self._headers) as response:
                body = await _text(response)
                if response.status_code != 200:
                    raise self._troubles.refused(response, body)
        try:
            return [model.id for model in _Models.model_validate_json(body).data]
        except ValidationError as error:
            raise self._troubles.nonsense(body) from error

    async def close(self) -> None:
        """End what runs, and the connections."""
        await self.stop()
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _read(self, asked: Body, heard: HeardAnswer, pieces: asyncio.Queue[str | None]) -> None:
        """Ask, again without the settings that the service says it does not take, and hear the answer."""
        body = without(self.not_taken, asked)
        while True:
            with self._troubles.in_words():
                address = f"{self.endpoint.url}/chat/completions"
                async with self._open().stream("POST", address, json=body, headers=self._headers) as response:
                    if response.status_code == 200:
                        return await self._hear(response, heard, pieces)
                    said = await _text(response)
            named = named_in(said, body) if response.status_code in {400, 422} else []
            if not named:
                raise await self._explained(response, said)
            self.not_taken.update(named)
            body = without(self.not_taken, asked)

    async def _hear(self, response: httpx2.Response, heard: HeardAnswer, pieces: asyncio.Queue[str | None]) -> None:
        import httpx2

        if "json" in response.headers.get("content-type", ""):  # a service that does not stream
            pieces.put_nowait(heard.take(await _text(response)))
        else:
            async for event in httpx2.EventSource(response, _MOST_EVENT_BYTES):
                if text := heard.take(event.data):
                    pieces.put_nowait(text)
                if heard.met_stop_word:
                    return
        if not heard.has_ended:
            raise self._troubles.broke_off()

    async def _explained(self, response: httpx2.Response, said: str) -> WorkbenchError:
        """The refusal; of a model that is not there, with the names of those that are."""
        error = self._troubles.refused(response, said)
        if response.status_code != 404:
            return error
        try:
            names = await self.models()
        except WorkbenchError:
            return error
        if names and self.endpoint.model not in names:
            error.fix = _("The service has: {names}").format(names=", ".join(names[:_NAMES_SHOWN]))
        return error

    def _open(self) -> httpx2.AsyncClient:
        import httpx2

        if self._client is None:
            silence = self._troubles.silence
            timeout = httpx2.Timeout(silence, connect=min(_CONNECT_SECONDS, silence))
            self._client = httpx2.AsyncClient(timeout=timeout, follow_redirects=False)
        return self._client


async def _text(response: httpx2.Response) -> str:
    """The body, up to more than any that makes sense."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > _MOST_BODY_BYTES:
            break
    return body.decode("utf-8", errors="replace")
