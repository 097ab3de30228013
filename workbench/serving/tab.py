"""One tab of the browser and its app: what the app paints goes to the tab, and the end of either is that of both."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiohttp import web
from textual_serve.app_service import AppService

_SECONDS_TO_END = 10.0
_HEARTBEAT_SECONDS = 15.0


class TabApp(AppService):
    """The app of a tab. `over` is set once it says that it ends, or has ended without a word.

    What it paints after the tab has gone is read and thrown away: an app that nobody reads could not end.
    """

    def __init__(self, command: str, websocket: web.WebSocketResponse, downloads: Any) -> None:
        self.over = asyncio.Event()
        super().__init__(
            command,
            write_bytes=_while_open(websocket, websocket.send_bytes),
            write_str=_while_open(websocket, websocket.send_str),
            close=self._tell_over,
            download_manager=downloads,
        )

    async def run(self) -> None:
        """Hand on what the app writes, up to its end."""
        try:
            await super().run()
        finally:
            self.over.set()

    async def end(self) -> None:
        """Ask the app to end as its user would, and end it if it does not."""
        try:
            async with asyncio.timeout(_SECONDS_TO_END):
                await self.stop()
        except TimeoutError:
            if self._process is not None and self._process.returncode is None:
                self._process.kill()

    async def _tell_over(self) -> None:
        self.over.set()


async def show_app(
    request: web.Request,
    command: str,
    downloads: Any,
    listen: Callable[[web.WebSocketResponse, AppService], Awaitable[None]],
) -> web.WebSocketResponse:
    """Run an app for a tab until either ends.

    Args:
        listen: hands on what is typed; ends with the tab.
    """
    websocket = web.WebSocketResponse(heartbeat=_HEARTBEAT_SECONDS)
    await websocket.prepare(request)
    app = TabApp(command, websocket, downloads)
    await app.start(_number(request.query.get("width", "")), _number(request.query.get("height", "")))
    typing = asyncio.ensure_future(listen(websocket, app))
    over = asyncio.create_task(app.over.wait())
    try:
        await asyncio.wait({typing, over}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (typing, over):
            task.cancel()
        await asyncio.gather(typing, over, return_exceptions=True)
        await websocket.close()
        await app.end()
    return websocket


def _while_open(
    websocket: web.WebSocketResponse, send: Callable[[Any], Awaitable[None]]
) -> Callable[[Any], Awaitable[None]]:
    """The same, doing nothing once the tab has gone."""

    async def send_if_open(data: Any) -> None:
        if not websocket.closed:
            with suppress(ConnectionError):
                await send(data)

    return send_if_open


def _number(given: str) -> int:
    """A width or height in cells, of an app that will be told the true one."""
    return int(given) if given.isdecimal() and 0 < len(given) < 4 else 80
