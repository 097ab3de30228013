"""An MCP server for tests: ``python server.py [sleep|crash|sse PORT]``."""

from __future__ import annotations

import os
import sys
import time

if sys.argv[1:] == ["sleep"]:
    time.sleep(600)
if sys.argv[1:] == ["crash"]:
    sys.exit("cannot begin")

from mcp.server.mcpserver import MCPServer

server = MCPServer("tests")


@server.tool()
def add(first: int, second: int = 1) -> str:
    """Adds two numbers."""
    return f"{first + second} in {os.environ.get('PLACE', 'nowhere')}"


@server.tool()
def calculator(text: str) -> str:
    """Has the name of a built-in tool."""
    return text


@server.tool(name="say/it.now")
def refuse() -> str:
    """Fails."""
    raise ValueError("not today")


@server.tool()
def block() -> str:
    """Never ends."""
    time.sleep(600)
    return ""


@server.tool()
def die() -> str:
    """Ends the server."""
    os._exit(3)


@server.tool()
def big() -> str:
    """Says a lot."""
    return "x" * 3_000_000


if __name__ == "__main__":
    if sys.argv[1:2] == ["sse"]:
        server.run("sse", port=int(sys.argv[2]))
    else:
        server.run("stdio")
