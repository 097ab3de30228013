"""The tools of the Chat area: which servers are tried again, and when."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import psutil
import pytest

from workbench.chat.agent_choice import AgentChoice
from workbench.ui import chat_tools
from workbench.ui.chat_tools import ChatTools, StartStoppedError


@pytest.mark.parametrize("takes_long", [True, False])
async def test_servers_that_kept_a_question_waiting_in_vain_have_a_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, takes_long: bool
) -> None:
    monkeypatch.setenv("WORKBENCH_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(chat_tools, "_LONG_SECONDS", 0.0 if takes_long else 600.0)
    servers = {"gone": {"command": sys.executable, "args": ["-c", "raise SystemExit"]}}
    (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": servers}))
    tools = ChatTools(tmp_path)
    choice = AgentChoice(is_on=True, tools=("clock",), mcp="mcp.json")
    try:
        first, troubles = await tools.toolbox(choice, 1)
        assert [trouble.partition(":")[0] for trouble in troubles] == ["gone"]
        assert (await tools.toolbox(choice, 1))[0] is first
        second, again = await tools.toolbox(choice, 2)
        assert (second is first) == takes_long
        assert again == troubles
    finally:
        await tools.end()


async def test_servers_that_are_being_started_end_with_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_STATE_DIR", str(tmp_path / "state"))
    begun = tmp_path / "begun"
    code = f"import os, time; open({str(begun)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    servers = {"hanging": {"command": sys.executable, "args": ["-c", code]}}
    (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": servers}))
    tools = ChatTools(tmp_path)
    starting = asyncio.create_task(tools.toolbox(AgentChoice(is_on=True, tools=(), mcp="mcp.json"), 1))
    async with asyncio.timeout(60):
        while not (begun.exists() and begun.read_text()):
            await asyncio.sleep(0.05)
        await tools.end()
        with pytest.raises(StartStoppedError):
            await starting
        while psutil.pid_exists(int(begun.read_text())):
            await asyncio.sleep(0.05)
