"""What the app and a tool host say to each other: one JSON object a line, over the host's stdin and stdout.

Every request gets one reply of the same ``id``, a call of a built-in tool `Begun` before it; requests overtake each
other only in a host of MCP servers.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: int


class ListTools(_Message):
    """Which tools the servers have; they are started for it."""

    request: Literal["list"] = "list"


class CallTool(_Message):
    """Carry out a call with arguments that have been checked. ``settings``: of built-in tools; ``server``: of others."""

    request: Literal["call"] = "call"
    tool: str
    server: str = ""
    arguments: dict[str, Any]
    settings: dict[str, str] = {}


class CancelCall(_Message):
    """Nobody waits any more for the call of this ``id``; there is no reply."""

    request: Literal["cancel"] = "cancel"


HostRequest = Annotated[ListTools | CallTool | CancelCall, Field(discriminator="request")]


class FoundTool(BaseModel):
    """A tool of a server. ``origin``: the server with how it is reached."""

    server: str

    name: str
    description: str
    parameters: dict[str, Any]
    origin: str


class Found(_Message):
    """The tools of all servers; ``troubles``: what is wrong with those that have none, one sentence a server."""

    reply: Literal["found"] = "found"
    tools: list[FoundTool]
    troubles: list[str] = []


class Result(_Message):
    """What a call gave, not longer than `MOST_CHARACTERS`; ``failed``: it says why not."""

    reply: Literal["result"] = "result"
    text: str
    failed: bool = False


class Begun(_Message):
    """A built-in tool is there, and its work begins: what came before is no fault of the call."""

    reply: Literal["begun"] = "begun"


HostReply = Annotated[Found | Result | Begun, Field(discriminator="reply")]
REQUESTS: TypeAdapter[HostRequest] = TypeAdapter(HostRequest)
REPLIES: TypeAdapter[HostReply] = TypeAdapter(HostReply)
MOST_CHARACTERS = 8000
"""Of a result; a model can hardly read more."""


def bounded(text: str) -> str:
    """The text, or its beginning with how much was left out."""
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[:MOST_CHARACTERS]}\n[{len(text) - MOST_CHARACTERS} more characters left out]"
