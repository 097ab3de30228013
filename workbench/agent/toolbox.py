"""The tools that a model may call, and how calls of them are carried out: in processes of their own."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from workbench.agent.arguments import BadCallError, arguments_of
from workbench.agent.host_messages import CallTool, Found, FoundTool, ListTools, Result
from workbench.agent.host_process import HostDiedError, HostProcess
from workbench.agent.tool import ToolResult, ToolSpec
from workbench.agent.tools.builtin import BUILT_IN, built_in_specs
from workbench.agent.tools.settings import ToolSettings
from workbench.chat.turn import ChatCall
from workbench.i18n import _
from workbench.paths import user_state

_ODD = re.compile(r"[^A-Za-z0-9_-]")
_NAME_CHARACTERS = 64
_START_SECONDS = 60.0
_SERVER_SECONDS = 120.0
DIED = "the tool ended unexpectedly"


def _spelled(name: str) -> str:
    return _ODD.sub("_", name)[:_NAME_CHARACTERS]


def mcp_log() -> Path:
    """Where the servers' own words of their troubles are kept, the newest at the end."""
    return user_state() / "mcp.log"


class Toolbox:
    """Built-in tools by name, and all tools of the MCP servers in a file. `close` it at the end.

    Args:
        mcp_file: a file with ``mcpServers``; `start` before the first question, which starts them.

    Raises:
        WorkbenchError: there is no built-in tool of a name.
    """

    def __init__(self, names: Sequence[str], settings: ToolSettings, mcp_file: Path | None = None) -> None:
        self._settings = settings
        self._built_in = built_in_specs(list(names), settings)
        self._from_servers: dict[str, tuple[ToolSpec, FoundTool]] = {}
        self._hosts: list[HostProcess] = []
        self._idle: list[HostProcess] = []
        """Hosts without a call: calls at the same time have a host each, so that one that is ended ends no other."""
        self._servers = (
            HostProcess("workbench.agent.mcp_host", str(mcp_file), dies_with_call=False, log=mcp_log())
            if mcp_file
            else None
        )

    @property
    def specs(self) -> list[ToolSpec]:
        """What the model is told of."""
        return [*self._built_in, *(spec for spec, _found in self._from_servers.values())]

    async def start(self) -> list[str]:
        """Start the MCP servers and list their tools; returns what is wrong with those that do not answer."""
        if self._servers is None:
            return []
        if find_spec("mcp") is None:
            return [_("MCP servers need a package: pip install 'workbench[agent]'")]
        try:
            found = await self._servers.ask(ListTools(id=self._servers.next_id()), _START_SECONDS)
        except (HostDiedError, TimeoutError):
            return [DIED]
        assert isinstance(found, Found)
        for tool in found.tools:
            self._add(tool)
        words = _("{trouble} (what it said itself is in {file})")
        return [words.format(trouble=trouble, file=mcp_log()) for trouble in found.troubles]

    def _add(self, tool: FoundTool) -> None:
        """Under its own name in letters that every service takes, unless another tool has it already."""
        taken = {spec.name for spec in self.specs}
        name = _spelled(tool.name) if _spelled(tool.name) not in taken else _spelled(f"{tool.server}_{tool.name}")
        spec = ToolSpec(name, tool.description, tool.parameters, outside=True, origin=tool.origin)
        self._from_servers[name] = (spec, tool)

    async def run(self, call: ChatCall) -> ToolResult:
        """Carry out a call; what goes wrong is told in the result. Cancelling it ends the tool."""
        began = time.monotonic()
        try:
            result = await self._result(call)
        except BadCallError as error:
            result = Result(id=0, text=str(error), failed=True)
        except TimeoutError:
            result = Result(id=0, text="it took too long and was ended", failed=True)
        except HostDiedError:
            result = Result(id=0, text=DIED, failed=True)
        return ToolResult(result.text, result.failed, time.monotonic() - began)

    async def _result(self, call: ChatCall) -> Result:
        """
        Raises:
            BadCallError: the call cannot be made.
            TimeoutError: the tool took too long.
            HostDiedError: its process ended.
        """
        arguments = arguments_of(call, self.specs)
        if found := self._from_servers.get(call.name):
            assert self._servers is not None
            tool = found[1]
            request = CallTool(id=self._servers.next_id(), tool=tool.name, server=tool.server, arguments=arguments)
            result = await self._servers.ask(request, _SERVER_SECONDS)
        else:
            result = await self._built_in_result(call.name, arguments)
        assert isinstance(result, Result)
        return result

    async def _built_in_result(self, name: str, arguments: dict[str, Any]) -> Found | Result:
        if not self._idle:
            self._hosts.append(HostProcess("workbench.agent.host", dies_with_call=True))
            self._idle.append(self._hosts[-1])
        host = self._idle.pop()
        request = CallTool(id=host.next_id(), tool=name, arguments=arguments, settings=self._settings.as_json())
        try:
            return await host.ask(request, BUILT_IN[name].seconds, to_begin=_START_SECONDS)
        finally:
            self._idle.append(host)

    async def close(self) -> None:
        """End the processes."""
        servers = [self._servers] if self._servers else []
        await asyncio.gather(*(host.close() for host in [*self._hosts, *servers]))
