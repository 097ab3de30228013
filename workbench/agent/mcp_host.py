"""A host of MCP servers: ``python -m workbench.agent.mcp_host FILE``. Speaks as the tool host does.

Servers are started when their tools are listed, and again when one that ended is called. One that hangs or dies is
told; the others go on. The host ends when its stdin ends, and its servers with it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from workbench.agent.host_messages import REQUESTS, CallTool, CancelCall, Found, HostReply, Result, bounded
from workbench.agent.mcp_file import read_mcp_file
from workbench.agent.mcp_server import ServerConnection

_MEMORY_BYTES = 4 << 30


class McpHost:
    """Carries out requests side by side."""

    def __init__(self, file: Path) -> None:
        self._servers = {name: ServerConnection(name, server) for name, server in read_mcp_file(file).items()}
        self._running: dict[int, asyncio.Task[None]] = {}
        self._replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    async def serve(self) -> None:
        """Hear requests until there are no more."""
        while line := await asyncio.to_thread(sys.stdin.buffer.readline):
            try:
                request = REQUESTS.validate_json(line)
            except ValidationError:
                continue
            if isinstance(request, CancelCall):
                if task := self._running.get(request.id):
                    task.cancel()
            else:
                work = self._call(request) if isinstance(request, CallTool) else self._list(request.id)
                task = asyncio.create_task(work)
                self._running[request.id] = task
                task.add_done_callback(partial(self._forget, request.id))
        await asyncio.gather(*(server.close() for server in self._servers.values()))

    def _forget(self, request_id: int, _task: asyncio.Task[None]) -> None:
        self._running.pop(request_id, None)

    async def _list(self, request_id: int) -> None:
        listed = await asyncio.gather(*(server.tools() for server in self._servers.values()), return_exceptions=True)
        found = Found(id=request_id, tools=[], troubles=[])
        for tools in listed:
            if isinstance(tools, BaseException):
                found.troubles.append(bounded(str(tools)))
            else:
                found.tools += tools
        self._send(found)

    async def _call(self, request: CallTool) -> None:
        try:
            text, failed = await self._servers[request.server].call(request.tool, request.arguments)
        except Exception as error:  # the edge of the process
            text, failed = str(error), True
        self._send(Result(id=request.id, text=bounded(text), failed=failed))

    def _send(self, reply: HostReply) -> None:
        self._replies.write(reply.model_dump_json().encode() + b"\n")


def main() -> None:
    logging.getLogger("mcp").setLevel(logging.CRITICAL)  # a line and a traceback for each line that is no message
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    asyncio.run(McpHost(Path(sys.argv[1])).serve())


if __name__ == "__main__":
    main()
