"""One MCP server: started or reached, its tools, and calls of them, through the ``mcp`` package."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from workbench.agent.host_messages import FoundTool
from workbench.agent.mcp_file import McpServer
from workbench.i18n import _

_START_SECONDS = 30.0
_CALL_SECONDS = 110.0
"""Less than the app waits for the host: what hangs is told by the server's name, and started again."""
_MOST_PAGES = 50
_SSE = "sse"


class ServerError(Exception):
    """What is wrong with a server, as a person and the model are told."""


class ServerConnection:
    """A server that is connected to when it is needed, and again after the connection ended."""

    def __init__(self, name: str, server: McpServer) -> None:
        self._name = name
        self._server = server
        self._holder: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[Client] | None = None
        self._closing = asyncio.Event()

    async def tools(self) -> list[FoundTool]:
        """The tools that it has.

        Raises:
            ServerError: it does not start, or does not answer.
        """
        client = await self._client()
        found: list[FoundTool] = []
        cursor: str | None = None
        try:
            async with asyncio.timeout(_START_SECONDS):
                for _page in range(_MOST_PAGES):
                    page = await client.list_tools(cursor=cursor)
                    found += [
                        FoundTool(
                            name=tool.name,
                            description=tool.description or tool.title or "",
                            parameters=tool.input_schema,
                            server=self._name,
                            origin=self._server.origin(self._name),
                        )
                        for tool in page.tools
                    ]
                    cursor = page.next_cursor
                    if not cursor:
                        break
        except Exception as error:
            raise await self._lost(error) from error
        return found

    async def call(self, tool: str, arguments: dict[str, Any]) -> tuple[str, bool]:
        """The result as text, and whether the server says that the call failed.

        Raises:
            ServerError: the server does not answer; it is started again for the next call.
        """
        client = await self._client()
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                result = await client.call_tool(tool, arguments)
        except Exception as error:
            raise await self._lost(error, _CALL_SECONDS) from error
        parts = [_part(block.model_dump(mode="json")) for block in result.content]
        if not parts and result.structured_content is not None:
            parts = [json.dumps(result.structured_content, ensure_ascii=False)]
        return "\n".join(parts), result.is_error

    async def close(self) -> None:
        """End the connection, and a server that was started for it."""
        self._closing.set()
        if self._holder is not None:
            with suppress(Exception, asyncio.CancelledError):
                await self._holder
        self._holder = None

    async def _client(self) -> Client:
        if self._holder is None or self._holder.done():
            self._closing = asyncio.Event()
            self._ready = asyncio.get_running_loop().create_future()
            self._holder = asyncio.create_task(self._hold(self._ready, self._closing))
        assert self._ready is not None
        return await asyncio.shield(self._ready)

    async def _hold(self, ready: asyncio.Future[Client], closing: asyncio.Event) -> None:
        """Keep the connection in one task from beginning to end, as the package needs it."""
        try:
            async with asyncio.timeout(_START_SECONDS) as starting, Client(self._way()) as client:
                starting.reschedule(None)
                ready.set_result(client)
                await closing.wait()
        except Exception as error:
            if not ready.done():
                ready.set_exception(ServerError(f"{self._name}: {_reason(error)}"))

    def _way(self) -> Any:
        server = self._server
        if server.command is not None:
            return StdioServerParameters(command=server.command, args=server.args, env=server.env, cwd=server.cwd)
        assert server.url is not None
        if server.type == _SSE:
            return sse_client(server.url, server.headers)
        if not server.headers:
            return server.url
        return streamable_http_client(server.url, http_client=httpx2.AsyncClient(headers=server.headers, timeout=60))

    async def _lost(self, error: Exception, waited: float = _START_SECONDS) -> ServerError:
        """What to tell; the connection is given up unless the server itself refused.

        Args:
            waited: seconds until it was given up, if it was.
        """
        from mcp import MCPError
        from mcp_types import CONNECTION_CLOSED

        if not isinstance(error, MCPError) or error.code == CONNECTION_CLOSED:
            await self.close()
        return ServerError(f"{self._name}: {_reason(error, waited)}")


def _reason(error: BaseException, waited: float = _START_SECONDS) -> str:
    """The first cause in words."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, TimeoutError):
        return _("the server does not answer within {seconds} seconds").format(seconds=round(waited))
    if isinstance(error, FileNotFoundError):
        return _("the server cannot be started: {file} is not there").format(file=error.filename or error)
    return _("the server does not answer: {reason}").format(reason=str(error) or type(error).__name__)


def _part(block: dict[str, Any]) -> str:
    """A part of a result as text; what is none is named."""
    match block:
        case {"type": "text", "text": str(text)}:
            return text
        case {"type": "resource", "resource": {"text": str(text)}}:
            return text
    return f"[{block.get('type', 'something')} left out]"
