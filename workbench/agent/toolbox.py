"""The tools that a model may call, and how calls of them are carried out: in processes of their own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from workbench.agent.arguments import BadCallError, arguments_of
from workbench.agent.host_messages import CallTool, Found, ListTools, Result
from workbench.agent.host_process import HostDiedError, HostProcess
from workbench.agent.tool import ToolResult, ToolSpec
from workbench.agent.tools.builtin import BUILT_IN, built_in_specs
from workbench.agent.tools.settings import ToolSettings
from workbench.chat.turn import ChatCall

_START_SECONDS = 60.0
_SERVER_SECONDS = 120.0
DIED = "the tool ended unexpectedly"


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
        self._from_servers: list[ToolSpec] = []
        self._host = HostProcess("workbench.agent.host", dies_with_call=True)
        self._servers = (
            HostProcess("workbench.agent.mcp_host", str(mcp_file), dies_with_call=False) if mcp_file else None
        )

    @property
    def specs(self) -> list[ToolSpec]:
        """What the model is told of."""
        return [*self._built_in, *self._from_servers]

    async def start(self) -> list[str]:
        """Start the MCP servers and list their tools; returns what is wrong with those that do not answer."""
        if self._servers is None:
            return []
        try:
            found = await self._servers.ask(ListTools(id=self._servers.next_id()), _START_SECONDS)
        except (HostDiedError, TimeoutError):
            return [DIED]
        assert isinstance(found, Found)
        own = {spec.name for spec in self._built_in}
        self._from_servers = [
            ToolSpec(tool.name, tool.description, tool.parameters, outside=True, origin=tool.origin)
            for tool in found.tools
            if tool.name not in own
        ]
        return found.troubles

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
        built_in = BUILT_IN.get(call.name) if any(one.name == call.name for one in self._built_in) else None
        host = self._host if built_in else self._servers
        assert host is not None
        request = CallTool(
            id=host.next_id(),
            tool=call.name,
            arguments=arguments,
            settings=self._settings.as_json() if built_in else {},
        )
        result = await host.ask(request, built_in.seconds if built_in else _SERVER_SECONDS)
        assert isinstance(result, Result)
        return result

    async def close(self) -> None:
        """End the processes."""
        await self._host.close()
        if self._servers is not None:
            await self._servers.close()
