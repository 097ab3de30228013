"""MCP servers from a file: their tools, and servers that die, hang, or cannot begin."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from workbench.agent import mcp_server
from workbench.agent.mcp_file import McpServer, read_mcp_file
from workbench.agent.toolbox import Toolbox
from workbench.agent.tools.settings import ToolSettings
from workbench.chat.turn import ChatCall
from workbench.errors import WorkbenchError

SCRIPT = str(Path(__file__).with_name("server.py"))


def server(*arguments: str, **more: object) -> dict[str, object]:
    return {"command": sys.executable, "args": [SCRIPT, *arguments], **more}


async def answers(port: int) -> bool:
    """Whether something listens there."""
    try:
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@pytest.fixture
async def toolbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Toolbox]:
    monkeypatch.setenv("WORKBENCH_STATE_DIR", str(tmp_path / "state"))
    servers = {
        "good": server(env={"PLACE": "a test"}, autoApprove=["add"]),
        "crashing": server("crash"),
        "missing": {"command": str(tmp_path / "gone")},
        "closed": {"url": "http://127.0.0.1:9/mcp"},
        "off": {"command": "never", "disabled": True},
    }
    file = tmp_path / "mcp.json"
    file.write_text(json.dumps({"mcpServers": servers}))
    toolbox = Toolbox(["calculator"], ToolSettings(tmp_path), file)
    yield toolbox
    await toolbox.close()


async def test_servers(toolbox: Toolbox, tmp_path: Path) -> None:
    async def run(tool: str, **arguments: object) -> tuple[str, bool]:
        result = await toolbox.run(ChatCall(name=tool, arguments=json.dumps(arguments)))
        return result.text, result.failed

    troubles = sorted(await toolbox.start())
    assert [trouble.split(":")[0] for trouble in troubles] == ["closed", "crashing", "missing"]
    assert "cannot be started" in troubles[2]
    specs = {spec.name: spec for spec in toolbox.specs}
    assert list(specs) == ["calculator", "add", "good_calculator", "say_it_now", "block", "die", "big"]
    assert specs["add"].outside and specs["add"].description == "Adds two numbers."
    assert specs["add"].origin.startswith("good@")

    assert await run("add", first=2) == ("3 in a test", False)
    assert await run("add", first="2") == ("wrong argument: first must be of type integer", True)
    assert await run("good_calculator", text="kept") == ("kept", False)
    assert await run("calculator", expression="1+1") == ("2", False)
    text, failed = await run("say_it_now")
    assert failed and "say/it.now" in text
    text, failed = await run("big")
    assert text.endswith("[2992000 more characters left out]") and not failed
    text, failed = await run("die")
    assert failed and text.startswith("good: the server does not answer")
    assert await run("add", first=1, second=1) == ("2 in a test", False)
    assert "cannot begin" in (tmp_path / "state" / "mcp.log").read_text()


async def test_a_server_is_reached_by_the_older_way_with_two_addresses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    process = await asyncio.create_subprocess_exec(sys.executable, SCRIPT, "sse", str(port))
    try:
        async with asyncio.timeout(60):
            while not await answers(port):
                await asyncio.sleep(0.1)
        named = McpServer.model_validate({"type": "sse", "url": f"http://127.0.0.1:{port}/sse", "headers": {"X": "y"}})
        connection = mcp_server.ServerConnection("old", named)
        assert "add" in [tool.name for tool in await connection.tools()]
        assert await connection.call("add", {"first": 2}) == ("3 in nowhere", False)
        await connection.close()
    finally:
        process.kill()
        await process.wait()


async def test_a_server_that_never_begins_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp_server, "_START_SECONDS", 0.5)
    connection = mcp_server.ServerConnection("slow", McpServer.model_validate(server("sleep")))
    with pytest.raises(mcp_server.ServerError, match="slow: the server does not answer within"):
        await connection.tools()
    await connection.close()


async def test_a_server_that_hangs_in_a_call_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = mcp_server.ServerConnection("good", McpServer.model_validate(server()))
    await connection.tools()
    with monkeypatch.context() as hasty:
        hasty.setattr(mcp_server, "_CALL_SECONDS", 0.5)
        with pytest.raises(mcp_server.ServerError, match="good: the server does not answer within"):
            await connection.call("block", {})
    assert await connection.call("add", {"first": 2}) == ("3 in nowhere", False)
    await connection.close()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{", ""),
        ("{}", ":mcpServers"),
        ('{"mcpServers": []}', ":mcpServers"),
        ('{"mcpServers": {"a": {}}}', ":mcpServers:a"),
        ('{"mcpServers": {"a": {"command": "x", "url": "http://y"}}}', ":mcpServers:a"),
        ('{"mcpServers": {"a": {"command": "x", "args": "y"}}}', ":mcpServers:a:args"),
        ('{"mcpServers": {"\\u001b[31m": {}}}', ":mcpServers:[31m"),
    ],
)
def test_a_file_that_names_no_servers(text: str, place: str, tmp_path: Path) -> None:
    file = tmp_path / "mcp.json"
    file.write_text(text)
    with pytest.raises(WorkbenchError) as caught:
        read_mcp_file(file)
    assert caught.value.where == f"{file}{place}" and caught.value.fix


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="cannot be read"):
        read_mcp_file(tmp_path / "gone.json")


def test_consent_is_for_a_server_as_it_is_reached() -> None:
    one, other = (McpServer(command=command).origin("files") for command in ("a", "b"))
    assert one != other and one == McpServer(command="a", env={"KEY": "x"}).origin("files")
