"""Which protocol a model wants."""

from __future__ import annotations

from workbench.agent.protocols.internlm2_plugin import Internlm2Plugin
from workbench.agent.protocols.moss import Moss
from workbench.agent.protocols.protocol import AgentProtocol
from workbench.agent.protocols.react import React
from workbench.agent.protocols.tool_calls import ToolCalls
from workbench.errors import WorkbenchError
from workbench.i18n import _

AUTO = "auto"
PROTOCOLS: dict[str, type[AgentProtocol]] = {kind.name: kind for kind in (ToolCalls, Internlm2Plugin, React, Moss)}
"""By name, as the user chooses them."""
_OF_TEMPLATE = {"internlm2_chat": Internlm2Plugin.name, "moss_sft": Moss.name}


def fitting_protocol(prompt_template: str) -> str:
    """The name of the protocol for a model that answers with this prompt template.

    A template that has no markup for tools writes them out as the protocol of chat templates reads them.
    """
    return _OF_TEMPLATE.get(prompt_template, ToolCalls.name)


def template_for(protocol: str) -> str:
    """The prompt template that a protocol is for; empty if it goes with any."""
    return next((template for template, name in _OF_TEMPLATE.items() if name == protocol), "")


def protocol_named(name: str, prompt_template: str = "") -> AgentProtocol:
    """A protocol with its own texts; ``auto`` is the one for the prompt template.

    Raises:
        WorkbenchError: there is none of this name.
    """
    chosen = fitting_protocol(prompt_template) if name == AUTO else name
    if chosen not in PROTOCOLS:
        names = (*PROTOCOLS, AUTO)
        raise WorkbenchError(
            _("There is no protocol called {name}.").format(name=name),
            where="--agent",
            fix=_("There are: {names}.").format(names=", ".join(names)),
        )
    return PROTOCOLS[chosen]()
