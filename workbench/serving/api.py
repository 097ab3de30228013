"""The OpenAI-compatible endpoint: ``/v1/models``, ``/v1/chat/completions`` and ``/health`` (aiohttp)."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

from aiohttp import web
from pydantic import SecretStr

from workbench.errors import WorkbenchError
from workbench.serving.api_answers import Ended, ServedAnswers
from workbench.serving.api_reply import Completion, error_body, error_event
from workbench.serving.api_request import ChatRequest, RequestError, read_request
from workbench.serving.guards import Handler, own_names_only, own_pages_only
from workbench.serving.keys import is_same
from workbench.text import printable

MOST_BYTES = 64 * 2**20
"""Of a request; pictures are the large part."""
_BEARER = "bearer "
_STREAM_HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}


class Api:
    """The endpoint. What was asked and answered is written nowhere.

    Args:
        key: what requests must bring; without one, only this machine is answered.
    """

    def __init__(self, answers: ServedAnswers, key: SecretStr | None) -> None:
        self._answers = answers
        self._key = key
        self._began = int(time.time())
        self.answered = 0
        self.tokens = 0

    def application(self) -> web.Application:
        """What a server runs."""
        guards = [own_pages_only, self._errors_as_json, self._with_key if self._key else own_names_only]
        application = web.Application(client_max_size=MOST_BYTES, middlewares=guards)
        application.add_routes(
            [
                web.get("/health", self._health),
                web.get("/v1/models", self._models),
                web.get("/v1/models/{name:.+}", self._model),
                web.post("/v1/chat/completions", self._chat),
            ]
        )
        return application

    @web.middleware
    async def _with_key(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        key = given[len(_BEARER) :].strip() if given.lower().startswith(_BEARER) else ""
        assert self._key is not None
        if not is_same(key, self._key):
            body = error_body("The key is missing or wrong.", kind="invalid_request_error", code="invalid_api_key")
            return web.json_response(body, status=401, headers={"WWW-Authenticate": "Bearer"})
        return await handler(request)

    @web.middleware
    async def _errors_as_json(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except RequestError as error:
            body = error_body(str(error), kind="invalid_request_error", param=error.param)
            return web.json_response(body, status=error.status)
        except WorkbenchError as error:
            if self._answers.is_ready:
                return web.json_response(error_body(self._told(error), kind="invalid_request_error"), status=400)
            return web.json_response(error_body(self._told(error), kind="server_error"), status=503)
        except web.HTTPException as error:
            kind = "server_error" if error.status >= 500 else "invalid_request_error"
            return web.json_response(error_body(error.text or error.reason, kind=kind), status=error.status)

    async def _health(self, _request: web.Request) -> web.Response:
        is_ready = self._answers.is_ready
        return web.json_response({"status": "ok" if is_ready else "loading"}, status=200 if is_ready else 503)

    async def _models(self, _request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [self._row(name) for name in self._answers.names]})

    async def _model(self, request: web.Request) -> web.Response:
        return web.json_response(self._row(self._answers.name_of(request.match_info["name"])))

    def _told(self, error: WorkbenchError) -> str:
        """What clients are told; where the server keeps pictures and its log is not theirs to know."""
        return str(WorkbenchError(error.what, fix=error.fix)) if self._answers.is_ready else error.what

    def _row(self, name: str) -> dict[str, object]:
        return {"id": name, "object": "model", "created": self._began, "owned_by": "workbench"}

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/json":  # a form of a web page can send any other type unasked
            raise RequestError("The request must be of the type application/json.", status=415)
        asked = read_request(await request.read())
        completion = Completion(self._answers.name_of(asked.model))
        async with aclosing(self._answers.answer(asked)) as replies:
            if asked.stream:
                return await self._streamed(request, asked, completion, replies)
            async for reply in replies:
                if isinstance(reply, Ended):
                    self._count(completion, reply)
                    return web.json_response(completion.whole(reply.text, reply.calls, reply.answer))
        raise web.HTTPInternalServerError(text="The answer had no end.")

    async def _streamed(
        self, request: web.Request, asked: ChatRequest, completion: Completion, replies: AsyncIterator[str | Ended]
    ) -> web.StreamResponse:
        """Errors before the first piece are answers of their own; later ones come in the stream."""
        reply = await anext(replies)
        response = web.StreamResponse(headers=_STREAM_HEADERS)
        await response.prepare(request)
        await response.write(completion.first())
        try:
            while not isinstance(reply, Ended):
                await response.write(completion.piece(reply))
                reply = await anext(replies)
            if reply.rest:
                await response.write(completion.piece(reply.rest))
            with_usage = asked.stream_options is not None and asked.stream_options.include_usage
            await response.write(completion.end(reply.calls, reply.answer, with_usage=with_usage))
            self._count(completion, reply)
        except WorkbenchError as error:
            await response.write(error_event(self._told(error)))
        await response.write_eof()
        return response

    def _count(self, completion: Completion, ended: Ended) -> None:
        answer = ended.answer
        self.answered += 1
        self.tokens += answer.tokens
        line = f"{completion.model}: {answer.prompt_tokens} + {answer.tokens} tokens, {answer.total_s:.2f} s"
        print(printable(line), file=sys.stderr, flush=True)  # noqa: T201 - stderr is the job's log
