"""Who may use the app in a browser: whoever gave the password once; a cookie remembers it while the server runs."""

from __future__ import annotations

import asyncio
import html
import secrets

from aiohttp import web
from pydantic import SecretStr

from workbench.i18n import _, current_language
from workbench.serving.guards import Handler
from workbench.serving.keys import is_same

LOGIN = "/login"
LINK_FIELD = "password"
_MOST_BYTES = 4096
_SECONDS_AFTER_A_WRONG_ONE = 1.0
_PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>workbench</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ background: #121212; color: #e0e0e0; font: 16px/1.5 monospace; display: grid; place-items: center;
       min-height: 90vh; margin: 0; }}
input, button {{ font: inherit; color: inherit; background: #242424; border: 1px solid #5a5a5a; padding: .4em .6em; }}
p {{ min-height: 1.5em; }}
</style></head>
<body><form method="post" action="{action}">
<h1>workbench</h1>
<label for="password">{label}</label><br>
<input id="password" name="password" type="password" autocomplete="current-password" autofocus required>
<button>{button}</button>
<p role="alert">{problem}</p>
</form></body></html>
"""


class Login:
    """
    Args:
        password: what is asked for; it is compared, and otherwise goes nowhere.
        port: of the server; browsers send a cookie to every port of a machine.
    """

    def __init__(self, password: SecretStr, port: int) -> None:
        self._password = password
        self._session = SecretStr(secrets.token_urlsafe(32))
        self._cookie = f"workbench_{port}"
        self._turn = asyncio.Lock()

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Serve nothing but the question for the password to whoever has not given it."""
        if request.path == LOGIN and request.method == "POST":
            return await self._answered(request, str((await request.post()).get("password", "")))
        if LINK_FIELD in request.query:
            return await self._answered(request, request.query[LINK_FIELD])
        if is_same(request.cookies.get(self._cookie, ""), self._session):
            return await handler(request)
        return _question()

    async def _answered(self, request: web.Request, given: str) -> web.Response:
        """The way to the app with the cookie, or the question again; one at a time, so that guessing is slow."""
        async with self._turn:
            if not is_same(given, self._password):
                await asyncio.sleep(_SECONDS_AFTER_A_WRONG_ONE)
                return _question(_("That is not the password."))
        response = web.Response(status=303, headers={"Location": "/"})
        response.set_cookie(
            self._cookie,
            self._session.get_secret_value(),
            httponly=True,
            samesite="Lax",
            secure=request.secure,
        )
        return response


def _question(problem: str = "") -> web.Response:
    texts = {
        "language": current_language().replace("_", "-"),
        "action": LOGIN,
        "label": _("Password, as the terminal that serves says it:"),
        "button": _("Open"),
        "problem": problem,
    }
    page = _PAGE.format(**{name: html.escape(text) for name, text in texts.items()})
    return web.Response(status=401, text=page, content_type="text/html")
