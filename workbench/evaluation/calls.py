"""Questions that are answered by calling a tool: what a model is asked them with, and which answers count. Light."""

from __future__ import annotations

from workbench.agent.protocols import is_valid_call, protocol_named
from workbench.agent.tool import ToolSpec
from workbench.chat.thinking import without_thoughts
from workbench.data.probes import Probe


def is_right(probe: Probe, answer: str) -> bool:
    """Whether an answer is right by the probe's rule; what the model thinks before it is no part of it.

    A call is right if the answer can be read by the probe's protocol, and calls nothing but tools that count, with
    arguments that they take. What they would give is not looked at.
    """
    answer = without_thoughts(answer)
    if probe.match != "call":
        return probe.is_right(answer)
    protocol = protocol_named(probe.protocol)
    for word in protocol.stop_words:
        answer = answer.split(word, 1)[0]
    return is_valid_call(protocol, answer, [tool for tool in _tools(probe) if tool.name in probe.answers])


def listed_tools(probe: Probe) -> str:
    """The tools as a prompt template lists them; empty if the system text does, or there are none."""
    return protocol_named(probe.protocol).listed(_tools(probe))


def kept_tokens(probe: Probe) -> tuple[str, ...]:
    """Special tokens that belong to the text of an answer."""
    return protocol_named(probe.protocol).kept_tokens if probe.tools else ()


def _tools(probe: Probe) -> list[ToolSpec]:
    return [ToolSpec(tool.name, tool.description, tool.parameters) for tool in probe.tools]
