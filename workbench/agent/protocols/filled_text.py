"""The placeholders of a protocol's system text: the tools in three forms, and what the model is called."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from workbench.agent.tool import ToolSpec


def filled_text(text: str, tools: Sequence[ToolSpec], bot_name: str) -> str:
    """``{tool_description}`` becomes a JSON list of the tools, ``{tool_lines}`` one short line a tool, ``{tool_names}``
    their names, ``{bot_name}`` the model's name; everything else stays as it is."""
    return (
        text.replace("{bot_name}", bot_name)
        .replace("{tool_description}", json.dumps(list(map(_described, tools)), ensure_ascii=False))
        .replace("{tool_lines}", "\n".join(map(_in_a_line, tools)))
        .replace("{tool_names}", ", ".join(tool.name for tool in tools))
    )


def _described(tool: ToolSpec) -> dict[str, Any]:
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": [
            {"name": name, "type": str(schema.get("type", "")).upper(), "description": schema.get("description", "")}
            for name, schema in tool.properties.items()
        ],
        "required": list(tool.required),
    }


def _in_a_line(tool: ToolSpec) -> str:
    return f"{tool.name}({', '.join(tool.properties)}): {tool.description}"
