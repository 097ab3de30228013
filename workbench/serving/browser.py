"""The app in a browser, through textual-serve: every tab is an app of its own in the project.

textual-serve brings the terminal of the page and the talk between it and the app. Here are who may come in, addresses
that hold at the other end of a tunnel too, a page that needs no other machine, and an end that leaves no app behind.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import socket
from collections.abc import Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from pydantic import SecretStr
from textual_serve.server import Server

from workbench.i18n import _, current_language
from workbench.serving.guards import own_names_only, own_pages_only
from workbench.serving.login import Login
from workbench.serving.tab import show_app

_PAGE = Path(__file__).with_name("page")
_SECONDS_TO_END = 15.0
_SMALLEST_FONT, _USUAL_FONT, _LARGEST_FONT = 6, 16, 64
_HEADERS = {"X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff"}
_OF_TERMINALS = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "TMUX", "STY")
"""What tells of the terminal that the server runs in, and not of the browser."""


class BrowserServer(Server):
    """
    Args:
        place: a socket that listens; it is closed at the end.
        command: what starts an app.
        password: what whoever comes must say; without one, only requests to this machine's own names are answered.
        told: called once the server answers.
    """

    def __init__(
        self, place: socket.socket, command: Sequence[str], password: SecretStr | None, told: Callable[[], None]
    ) -> None:
        host, port = place.getsockname()[:2]
        line = "exec " + shlex.join(command)  # no shell stays between the server and the app
        super().__init__(line, host, port, title="workbench", templates_path=_PAGE)
        self._place = place
        self._guard = Login(password, port).guard if password else own_names_only
        self._told = told
        self._sessions: set[asyncio.Task[Any]] = set()

    def serve(self, debug: bool = False) -> None:
        """Serve until ctrl+c or SIGTERM; apps are told to end, as if their users had."""
        suit_environment(os.environ)
        web.run_app(self._make_app(), sock=self._place, print=None, access_log=None, shutdown_timeout=_SECONDS_TO_END)

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.extend([own_pages_only, self._guard])
        app.on_response_prepare.append(_add_headers)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Nothing is printed but what the caller says."""
        self._told()

    async def on_shutdown(self, app: web.Application) -> None:
        """End the apps of all tabs."""
        for session in self._sessions:
            session.cancel()
        if self._sessions:
            await asyncio.wait(self._sessions, timeout=_SECONDS_TO_END)

    @aiohttp_jinja2.template("app_index.html")
    async def handle_index(self, request: web.Request) -> dict[str, Any]:
        """The page; its addresses are those by which the browser came."""
        given = request.query.get("fontsize", "")
        size = int(given) if given.isdecimal() and len(given) < 4 else _USUAL_FONT
        return {
            "application": {"name": self.title},
            "app_websocket_url": f"{'wss' if request.secure else 'ws'}://{request.host}/ws",
            "config": {"static": {"url": "/static/"}},
            "font_size": min(max(size, _SMALLEST_FONT), _LARGEST_FONT),
            "ended": _("The app has ended; its jobs go on."),
            "again": _("Open it again"),
        }

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """One tab and its app, until either ends."""
        session = asyncio.current_task()
        assert session is not None
        self._sessions.add(session)
        try:
            return await show_app(request, self.command, self.download_manager, self._process_messages)
        finally:
            self._sessions.discard(session)


def suit_environment(environment: MutableMapping[str, str]) -> None:
    """What apps find: the colours of the page's terminal, the server's language, nothing of the server's terminal."""
    for name in _OF_TERMINALS:
        environment.pop(name, None)
    environment.update(TERM="xterm-256color", COLORTERM="truecolor", WORKBENCH_LANG=current_language())


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
