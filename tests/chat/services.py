"""What chat services say, for `tests.data.sheets.played_endpoint`, and one that falls silent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.data.sheets.played_endpoint import Reply

_STREAM = "text/event-stream; charset=utf-8"


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """A piece of an answer as OpenAI puts it."""
    return {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def said(text: str) -> dict[str, Any]:
    """A piece of text."""
    return chunk({"role": "assistant", "content": text})


def streamed(*pieces: dict[str, Any], end: bool = True) -> Reply:
    """The pieces as events."""
    events = [json.dumps(piece) for piece in pieces] + (["[DONE]"] if end else [])
    body = ": comment\n\n" + "".join(f"data: {event}\n\n" for event in events)
    return Reply(200, body, {"Content-Type": _STREAM})


def failing(status: int, message: str, *, code: str = "", retry_after: str = "") -> Reply:
    """An error as OpenAI puts it."""
    headers = {"Retry-After": retry_after} if retry_after else {}
    return Reply(status, json.dumps({"error": {"message": message, "code": code}}), headers)


@asynccontextmanager
async def falling_silent(*pieces: dict[str, Any]) -> AsyncIterator[str]:
    """The address of a service that streams some pieces and then says nothing, until the block ends."""
    over = asyncio.Event()
    events = "".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces)

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {_STREAM}\r\n\r\n{events}".encode())
        await writer.drain()
        await over.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        over.set()
        server.close()
