"""What a tool is: how a model is told of it, and what it gives back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ToolSpec:
    """A tool as a model and a person see it.

    Args:
        description: one or two sentences for the model.
        parameters: a JSON schema of the arguments, an object with ``properties`` and ``required``.
        outside: it touches something outside this project's own process: the network, a program, a server. Such a
            tool is run only with consent.
        label: one sentence for people, to be translated; empty for tools of MCP servers, which describe themselves.
        origin: where a tool comes from that is not built in; consent is given to the tool of this origin.
    """

    name: str
    description: str
    parameters: dict[str, Any] = field(default_factory=lambda: {"type": "object", "properties": {}})
    outside: bool = False
    label: str = ""
    origin: str = ""

    @property
    def full_name(self) -> str:
        """The name, behind that of its server if it has one."""
        return behind_server(self.origin, self.name) if self.origin else self.name

    @property
    def required(self) -> tuple[str, ...]:
        """The arguments that a call must have."""
        named = self.parameters.get("required")
        return tuple(named) if isinstance(named, list) else ()

    @property
    def properties(self) -> dict[str, Any]:
        """The schema of each argument by its name."""
        found = self.parameters.get("properties")
        return found if isinstance(found, dict) else {}

    def as_function(self) -> dict[str, Any]:
        """The tool as chat templates and endpoints list it: ``name``, ``description``, ``parameters``."""
        return {"name": self.name, "description": self.description, "parameters": self.parameters}


@dataclass(frozen=True)
class ToolResult:
    """What a call gave. ``text``: as the model reads it; ``seconds``: how long it took; ``failed``: it says why not."""

    text: str
    failed: bool = False
    seconds: float = 0.0


def behind_server(origin: str, name: str) -> str:
    """``SERVER/TOOL`` of a tool of this origin, for people."""
    return f"{origin.rpartition('@')[0]}/{name}"


def listed_openai(tools: Sequence[ToolSpec]) -> str:
    """The tools as a JSON list in OpenAI's shape; empty if there are none."""
    if not tools:
        return ""
    return json.dumps([{"type": "function", "function": tool.as_function()} for tool in tools], ensure_ascii=False)
