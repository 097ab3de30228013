"""InternLM2's plugins: a JSON object between special tokens. The prompt template lists tools and writes results."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from workbench.agent.arguments import BadCallError, json_object
from workbench.agent.protocols.protocol import AgentProtocol, Step
from workbench.agent.tool import ToolSpec
from workbench.chat.turn import ChatCall

_BEGIN, _PLUGIN, _END = "<|action_start|>", "<|plugin|>", "<|action_end|>"
_CALL = re.compile(rf"{re.escape(_BEGIN)}(.*?)(?:{re.escape(_END)}|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Internlm2Plugin(AgentProtocol):
    """For the prompt template ``internlm2_chat``: ``{"name", "parameters"}`` in each call."""

    name: ClassVar[str] = "internlm2_plugin"
    kept_tokens: ClassVar[tuple[str, ...]] = (_BEGIN, _PLUGIN, _END)

    def listed(self, tools: Sequence[ToolSpec]) -> str:
        return json.dumps([tool.as_function() for tool in tools], ensure_ascii=False) if tools else ""

    def read(self, answer: str) -> Step:
        found = list(_CALL.finditer(answer))
        if not found:
            return Step(answer=answer.strip())
        thought = answer[: found[0].start()].strip()
        try:
            return Step(thought, tuple(_call(match[1]) for match in found))
        except BadCallError as error:
            return Step(thought, told=str(error), failed=True)


def _call(written: str) -> ChatCall:
    """
    Raises:
        BadCallError: it is not ``<|plugin|>`` and an object with a name and parameters.
    """
    text = written.strip()
    if not text.startswith(_PLUGIN):
        raise BadCallError(f"invalid call: {text}")
    value = json_object(text.removeprefix(_PLUGIN))
    if set(value) != {"name", "parameters"} or not isinstance(value["name"], str):
        raise BadCallError(f"invalid call: {text.removeprefix(_PLUGIN).strip()}")
    return ChatCall(name=value["name"], arguments=json.dumps(value["parameters"], ensure_ascii=False))
