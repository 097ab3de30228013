"""Who gets the app in a browser: whoever has the password, from pages of this server; and what is left of it after the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from tests.e2e.browser import ServedApp
from tests.e2e.project import Project, wait_for
from workbench.serving.address import listening_socket
from workbench.serving.browser import BrowserServer

PASSWORD = "0123456789"
PAGES = ("/", "/ws", "/static/js/textual.js", "/static/", "/download/key", "/nothing")


@asynccontextmanager
async def served(password: str | None) -> AsyncIterator[TestClient]:
    """The server in this process, with a command in the app's place that ends at once."""
    with listening_socket("127.0.0.1", 0) as place:
        secret = SecretStr(password) if password else None
        application = await BrowserServer(place, ["true"], secret, lambda: None)._make_app()
        async with TestClient(TestServer(application)) as client:
            yield client


async def test_without_the_password_nothing_is_served() -> None:
    async with served(PASSWORD) as client:
        for page in (*PAGES, "/?password=wrong", f"/?password={PASSWORD[:-1]}"):
            answer = await client.get(page)
            text = await answer.text()
            assert answer.status == 401, page
            assert 'type="password"' in text
            assert "terminal" not in text.replace("the terminal that serves", "")
            assert "Set-Cookie" not in answer.headers
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                   "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip
        assert (await client.get("/ws", headers=upgrade)).status == 401
        forged = {"Cookie": f"workbench_{client.port}=forged; workbench={PASSWORD}"}
        assert (await client.get("/", headers=forged)).status == 401


@pytest.mark.parametrize("by_link", [True, False])
async def test_with_the_password_the_page_comes_and_needs_no_other_machine(by_link: bool) -> None:
    async with served(PASSWORD) as client:
        if by_link:
            answer = await client.get("/", params={"password": PASSWORD}, allow_redirects=False)
        else:
            answer = await client.post("/login", data={"password": PASSWORD}, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert PASSWORD not in cookie
        page = await client.get("/")
        text = await page.text()
        assert page.status == 200
        assert page.headers["X-Frame-Options"] == "DENY"
        assert f"ws://127.0.0.1:{client.port}/ws" in text
        assert "https://" not in text
        assert text.count("http://") == 0
        assert (await client.get("/static/js/textual.js")).status == 200


async def test_pages_of_others_cannot_use_the_server_although_the_browser_knows_the_password() -> None:
    async with served(PASSWORD) as client:
        await client.get("/", params={"password": PASSWORD})
        own = f"http://127.0.0.1:{client.port}"
        for origin in ("http://evil.example", "http://127.0.0.1:1", "null", "", f"{own}.evil.example"):
            assert (await client.get("/ws", headers={"Origin": origin})).status == 403, origin
            assert (await client.post("/login", data={}, headers={"Origin": origin})).status == 403
        assert (await client.get("/", headers={"Origin": own})).status == 200


async def test_without_a_password_only_names_of_this_machine_are_answered() -> None:
    async with served(None) as client:
        assert (await client.get("/")).status == 200
        for host, status in (("localhost:9", 200), ("[::1]:9", 200), ("evil.example", 403), ("10.0.0.1:9", 403)):
            assert (await client.get("/", headers={"Host": host})).status == status, host
        assert (
            'data-session-websocket-url="ws://localhost:9/ws"'
            in await (await client.get("/", headers={"Host": "localhost:9"})).text()
        )


async def test_an_app_that_cannot_start_is_told_to_the_page() -> None:
    async with served(None) as client, client.ws_connect("/ws") as socket:
        assert (await socket.receive()).type in {WSMsgType.CLOSE, WSMsgType.CLOSED}


async def test_a_tab_that_is_closed_and_a_server_that_is_killed_leave_no_app_behind(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    served_app = ServedApp(Project(tmp_path_factory.mktemp("serve")), "--no-password")
    try:
        async with ClientSession() as session:
            async with session.ws_connect(f"{served_app.url}/ws?width=80&height=24") as tab:
                await _shown(tab, "Begin with data")
                (app,) = served_app.apps()
            await asyncio.to_thread(wait_for, lambda: not _lives(app), 30, "the app of a closed tab has ended")
            async with session.ws_connect(f"{served_app.url}/ws?width=80&height=24") as tab:
                await _shown(tab, "Begin with data")
                (app,) = served_app.apps()
                served_app.process.kill()
                await asyncio.to_thread(wait_for, lambda: not _lives(app), 30, "the app of a killed server has ended")
    finally:
        served_app.process.kill()
        served_app.process.wait()


async def _shown(tab: ClientWebSocketResponse, text: str) -> None:
    """Read what the app paints until a text has come."""
    painted = b""
    while text.encode() not in painted:
        message = await tab.receive(timeout=60)
        assert message.type in {WSMsgType.BINARY, WSMsgType.TEXT}, message
        painted += message.data if isinstance(message.data, bytes) else b""


def _lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
