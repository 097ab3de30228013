"""MOSS's plugins: commands that look like function calls, between marks in the answer."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from workbench.agent.protocols.filled_text import filled_text
from workbench.agent.protocols.protocol import AgentProtocol, Step
from workbench.agent.tool import ToolResult, ToolSpec
from workbench.chat.agent_choice import BOT_NAME
from workbench.chat.turn import ChatCall
from workbench.configs.catalogue.systems import SYSTEMS

PLUGINS = {
    "calculate": ("Calculate", "calculator", "expression"),
    "solve": ("Solve", "equation_solver", "equation"),
    "search": ("Search", "web_search", "query"),
}
"""Name of each plugin for the user, its command, the tool that carries it out, and that tool's argument."""
_BY_COMMAND = {command.lower(): (tool, argument) for command, tool, argument in PLUGINS.values()}
_BY_TOOL = {tool: (command, argument) for command, tool, argument in PLUGINS.values()}
_NOTHING = "None"
_ENDS = r"(?:<eoc>|<eom>|<eot>|<eor>|\Z)"
_THOUGHT = re.compile(rf"<\|Inner Thoughts\|>:(.*?)(?={_ENDS}|<\|Commands\|>|<\|MOSS\|>)", re.DOTALL)
_COMMANDS = re.compile(rf"<\|Commands\|>:(.*?){_ENDS}", re.DOTALL)
_ANSWER = re.compile(rf"<\|MOSS\|>:(.*?){_ENDS}", re.DOTALL)
_COMMAND = re.compile(r"""\s*(\w+)\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\)\s*(?:[,;]|\Z|(?=\n))""")


@dataclass(frozen=True)
class Moss(AgentProtocol):
    """``text`` is the system text, with every plugin enabled and the placeholders of `filled_text`."""

    name: ClassVar[str] = "moss"
    bot_name: str = BOT_NAME
    text: str = SYSTEMS["moss_sft"]
    kept_tokens: ClassVar[tuple[str, ...]] = (
        "<|Inner Thoughts|>",
        "<|Commands|>",
        "<|Results|>",
        "<|MOSS|>",
        "<eot>",
        "<eoc>",
        "<eor>",
    )

    def can_call(self, tool: ToolSpec) -> bool:
        """Only those that a command stands for."""
        return tool.name in _BY_TOOL

    def system_text(self, tools: Sequence[ToolSpec]) -> str:
        """Every plugin, enabled or not."""
        present = {tool.name for tool in tools}
        text = filled_text(self.text, tools, self.bot_name)
        for plugin, (_command, tool, _argument) in PLUGINS.items():
            if tool not in present:
                text = text.replace(f"{plugin}: enabled", f"{plugin}: disabled")
        return text

    def read(self, answer: str) -> Step:
        """Its commands; without any, or once it speaks, the answer."""
        inner = _THOUGHT.search(answer)
        thought = inner[1].strip() if inner else ""
        if said := _ANSWER.search(answer):
            return Step(thought, answer=said[1].strip())
        commands = _COMMANDS.search(answer)
        if commands is None:
            return Step(thought, answer=(answer[inner.end() :] if inner else answer).removeprefix("<eot>").strip())
        written = commands[1].strip()
        if written in {_NOTHING, ""}:
            return Step(thought, told=_NOTHING)
        calls = _calls(written)
        if not calls:
            return Step(thought, told=f"invalid command: {written}", failed=True)
        return Step(thought, calls)

    def result_text(self, result: ToolResult, call: ChatCall | None) -> str:
        """``Calculate("1+1") => 2``, with longer results on lines of their own."""
        if call is None or call.name not in _BY_TOOL:
            return result.text
        command, argument = _BY_TOOL[call.name]
        given = json.dumps(json.loads(call.arguments)[argument], ensure_ascii=False)
        if command == "Search":
            lines = (f"<|{number}|>: '{line}'" for number, line in enumerate(result.text.splitlines(), start=1))
            return "\n".join([f"{command}({given}) =>", *lines])
        between = " " if command == "Calculate" else "\n"
        return f"{command}({given}) =>{between}{result.text}"


def _calls(written: str) -> tuple[ChatCall, ...]:
    """The commands of a text; none if anything in it is no command."""
    found, end = [], 0
    while end < len(written):
        command = _COMMAND.match(written, end)
        text = None if command is None else _string(command[2])
        if command is None or text is None:
            return ()
        tool, argument = _BY_COMMAND.get(command[1].lower(), (command[1], "input"))
        found.append(ChatCall(name=tool, arguments=json.dumps({argument: text}, ensure_ascii=False)))
        end = command.end()
    return tuple(found)


def _string(quoted: str) -> str | None:
    """The text between quotes, with JSON's escapes; None if one of them is none."""
    inside = quoted[1:-1]
    if quoted[0] == "'":
        inside = re.sub(r'(?<!\\)"', r"\"", inside.replace(r"\'", "'"))
    try:
        text: str = json.loads(f'"{inside}"', strict=False)
    except ValueError:
        return None
    return text
