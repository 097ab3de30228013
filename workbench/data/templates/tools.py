"""Tools for templates that have no notion of them: written into the texts, so that nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from workbench.data.conversation import Conversation, ToolCall, Turn

Speaker = Literal["system", "user"]
_TOOLS = (
    "You may call the functions listed between the tags, one JSON object each.\n"
    "<tools>\n{tools}\n</tools>\n"
    "Write each call as a JSON object with its name and arguments between tags of its own:\n"
    '<tool_call>\n{"name": "…", "arguments": {…}}\n</tool_call>'
)


@dataclass(frozen=True)
class ToolMarkup:
    """How a model writes tools that learned a form of its own. What is empty is written as text.

    Args:
        listed: behind the system text; ``{tools}`` is a JSON list of functions.
        call: in an answer; ``{call}`` is an object with ``name`` and ``parameters``.
        call_end: ends an answer that results follow, in place of what ends other answers.
        result: from there to where the next answer begins; ``{result}`` is what the tools gave, one a line.
    """

    listed: str = ""
    call: str = ""
    call_end: str = ""
    result: str = ""

    def tools_written(self, tools: str) -> str:
        """The list of tools, given as a JSON list with or without OpenAI's frame around each function."""
        return self.listed.replace("{tools}", _bare(tools)) if tools else ""

    def call_written(self, call: ToolCall) -> str:
        """One call."""
        name = json.dumps(call.name, ensure_ascii=False)
        return self.call.replace("{call}", f'{{"name": {name}, "parameters": {call.arguments}}}')

    def results_written(self, results: str) -> str:
        """The results of all calls of an answer."""
        return self.result.replace("{result}", results)


AS_TEXT = ToolMarkup()
"""Of templates without a form of their own."""


def tools_as_text(conversation: Conversation, speaker: Speaker) -> Conversation:
    """The list of tools in the system text, or before the first question."""
    if not conversation.tools:
        return conversation
    text = _TOOLS.replace("{tools}", _one_a_line(conversation.tools))
    turns = list(conversation.turns)
    place = next((number for number, turn in enumerate(turns) if turn.role == speaker), None)
    if speaker == "system" and place != 0:
        turns.insert(0, Turn("system", text))
    elif place is None:
        turns.insert(0, Turn("user", text))
    else:
        first = turns[place]
        parts = [first.content, text] if speaker == "system" else [text, first.content]
        turns[place] = replace(first, content="\n\n".join(filter(None, parts)))
    return replace(conversation, turns=tuple(turns), tools="")


def calls_as_text(conversation: Conversation, write: Callable[[ToolCall], str] | None = None) -> Conversation:
    """The calls in the answers that make them, as `call_text` writes them or as ``write`` does."""
    if not any(turn.tool_calls for turn in conversation.turns):
        return conversation
    return replace(conversation, turns=tuple(_with_calls(turn, write or call_text) for turn in conversation.turns))


def results_said_by(conversation: Conversation, speaker: Speaker) -> Conversation:
    """The results of tools as messages of another speaker."""
    if not any(turn.role == "tool" for turn in conversation.turns):
        return conversation
    turns = (replace(turn, role=speaker) if turn.role == "tool" else turn for turn in conversation.turns)
    return replace(conversation, turns=tuple(turns))


def call_text(call: ToolCall) -> str:
    """A call as an assistant without markup of its own for it writes it."""
    name = json.dumps(call.name, ensure_ascii=False)
    return f'<tool_call>\n{{"name": {name}, "arguments": {call.arguments}}}\n</tool_call>'


def _with_calls(turn: Turn, write: Callable[[ToolCall], str]) -> Turn:
    if not turn.tool_calls:
        return turn
    texts = [turn.content] if turn.content else []
    return replace(turn, content="\n".join([*texts, *map(write, turn.tool_calls)]), tool_calls=())


def _one_a_line(tools: str) -> str:
    """The list as one JSON object a line; text that is no list stays as it is."""
    try:
        listed = json.loads(tools)
    except ValueError:
        return tools
    if not isinstance(listed, list):
        return tools
    return "\n".join(json.dumps(tool, ensure_ascii=False) for tool in listed)


def _bare(tools: str) -> str:
    """The list without OpenAI's frame around each function; text that is no list stays as it is."""
    try:
        listed = json.loads(tools)
    except ValueError:
        return tools
    if not isinstance(listed, list):
        return tools
    functions = [tool.get("function", tool) if isinstance(tool, dict) else tool for tool in listed]
    return json.dumps(functions, ensure_ascii=False)
