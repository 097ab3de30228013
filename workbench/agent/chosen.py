"""From what the user chose to what answers: protocol and tools of an `AgentChoice`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from workbench.agent.mcp_file import read_mcp_file
from workbench.agent.protocols import CHINESE_REACT_TEXT, PLUGINS, AgentProtocol, Moss, React, protocol_named
from workbench.agent.protocols.choice import template_for
from workbench.agent.tool import ToolSpec
from workbench.agent.toolbox import Toolbox
from workbench.agent.tools.builtin import WEB_SEARCH
from workbench.agent.tools.settings import SAMPLE_ARXIV, SEARCH_KEY, ToolSettings
from workbench.chat.agent_choice import AgentChoice
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import visible

USUAL_TOOLS = ("calculator", "equation_solver", "clock")
"""Of a command that names none: those that touch nothing outside."""


def protocol_of(choice: AgentChoice, prompt_template: str) -> AgentProtocol:
    """The protocol of a choice with the user's text; ``auto`` is the one for the prompt template.

    Raises:
        WorkbenchError: there is none of its name.
    """
    protocol = protocol_named(choice.protocol, prompt_template)
    if choice.force_stop:
        protocol = replace(protocol, force_stop=choice.force_stop)
    if isinstance(protocol, React | Moss):
        return replace(protocol, bot_name=choice.bot_name, text=choice.text or protocol.text)
    return protocol


def toolbox_of(choice: AgentChoice, project: Path) -> Toolbox:
    """The tools of a choice; `Toolbox.start` starts the servers.

    Raises:
        WorkbenchError: there are none, a name is unknown, the file of MCP servers is none, arXiv cannot be asked
            where it is to be, or there is no key for the web search.
    """
    file = project / Path(choice.mcp).expanduser() if choice.mcp else None
    servers = read_mcp_file(file) if file is not None else {}
    if file is not None and not (choice.tools or servers):
        raise WorkbenchError(
            _("No server in it is switched on."), where=str(file), fix=_("Add one, or choose other tools.")
        )
    if not (choice.tools or servers):
        raise WorkbenchError(_("No tool is chosen."), fix=_("Choose one, or answer without tools."))
    _require_search_key(choice.tools)
    settings = ToolSettings.of_environment(project, choice.arxiv_url or None)
    if settings.arxiv_url != SAMPLE_ARXIV and not settings.arxiv_url.startswith(("http://", "https://")):
        raise WorkbenchError(
            _("arXiv cannot be asked there."),
            where=settings.arxiv_url,
            fix=_("Give an address that begins with https://, or {sample}.").format(sample=SAMPLE_ARXIV),
        )
    return Toolbox(choice.tools, settings, file)


def said_of_misfits(
    choice: AgentChoice, protocol: AgentProtocol, tools: Sequence[ToolSpec], prompt_template: str
) -> list[str]:
    """What of a choice the protocol has no use for, tools that it cannot call and a text, and a template it is not for.

    Args:
        prompt_template: that the model is asked in; empty if that is not known.
    """
    said = _said_of_uncallable(protocol, tools)
    if choice.text and not isinstance(protocol, React | Moss):
        unused = _("The text for tools is not used: calls as {protocol} has them need none.")
        said.append(unused.format(protocol=protocol.name))
    if prompt_template and template_for(protocol.name) not in {"", prompt_template}:
        other = _("Calls as {protocol} has them are for the prompt template {template}; this model is asked in {used}.")
        used = {"template": template_for(protocol.name), "used": prompt_template}
        said.append(other.format(protocol=protocol.name, **used))
    return said


def _said_of_uncallable(protocol: AgentProtocol, tools: Sequence[ToolSpec]) -> list[str]:
    names = [visible(tool.name) for tool in tools if not protocol.can_call(tool)]
    told = _("Calls as {protocol} has them cannot name these tools: {names}.")
    return [told.format(protocol=protocol.name, names=", ".join(names))] if names else []


def plugins_choice(names: tuple[str, ...], bot_name: str) -> AgentChoice:
    """MOSS's plugins by the names that XTuner has for them.

    Raises:
        WorkbenchError: there is none of a name, or no key for the search.
    """
    for name in names:
        if name not in PLUGINS:
            raise WorkbenchError(
                _("There is no plugin called {name}.").format(name=name),
                where="--with-plugins",
                fix=_("There are: {names}.").format(names=", ".join(PLUGINS)),
            )
    tools = tuple(PLUGINS[name][1] for name in names)
    _require_search_key(tools)
    return AgentChoice(is_on=True, protocol=Moss.name, tools=tools, bot_name=bot_name)


def lagent_choice() -> AgentChoice:
    """ReAct in Chinese with a web search, as XTuner's ``--lagent`` has it.

    Raises:
        WorkbenchError: there is no key for the search.
    """
    tools = (WEB_SEARCH,)
    _require_search_key(tools)
    return AgentChoice(is_on=True, protocol=React.name, text=CHINESE_REACT_TEXT, tools=tools)


def _require_search_key(tools: Sequence[str]) -> None:
    """
    Raises:
        WorkbenchError: the web is to be searched, and there is no key for it.
    """
    if WEB_SEARCH in tools and not os.environ.get(SEARCH_KEY):
        raise WorkbenchError(
            _("There is no key for web searches."),
            where=SEARCH_KEY,
            fix=_("Get one from https://serper.dev and set the variable, or choose other tools."),
        )
