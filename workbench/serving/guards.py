"""What keeps strangers and web pages of strangers out of a server (aiohttp middlewares)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from workbench.serving.address import LOOPBACK_NAMES

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def own_names_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests for another name than this machine's own.

    A web page whose name leads to this machine (DNS rebinding) would else be served as if it were local; for servers
    without a key.
    """
    if request.url.host not in LOOPBACK_NAMES:
        raise web.HTTPForbidden(text="This server answers to localhost only.\n")
    return await handler(request)


@web.middleware
async def own_pages_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what a web page of another origin sends: browsers let every page open a websocket to every server."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text="Pages of another origin may not use this server.\n")
    return await handler(request)
