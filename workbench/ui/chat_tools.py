"""The tools of the Chat area: those that were chosen, started when they are needed, and what the user allows them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workbench.agent.consent import Consent
from workbench.agent.protocols import AgentProtocol, Moss, React, protocol_named
from workbench.agent.toolbox import Toolbox
from workbench.agent.tools.settings import ToolSettings
from workbench.chat.agent_choice import AgentChoice
from workbench.errors import WorkbenchError
from workbench.i18n import _


class ChatTools:
    """One toolbox at a time, for the choice that it was made for."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self._made_for: tuple[tuple[str, ...], str] | None = None
        self._toolbox: Toolbox | None = None
        self.consent = Consent(project)

    def check(self, choice: AgentChoice) -> None:
        """
        Raises:
            WorkbenchError: there are no tools, or not those that were chosen.
        """
        if choice.is_on and not (choice.tools or choice.mcp):
            raise WorkbenchError(_("No tool is chosen."), fix=_("Choose one, or answer without tools."))
        file = self._file(choice)
        if file is not None and not file.is_file():
            raise WorkbenchError(_("There is no such file."), where=str(file), fix=_("Leave the line empty for none."))
        self._new(choice)

    async def toolbox(self, choice: AgentChoice) -> tuple[Toolbox, list[str]]:
        """The tools of a choice, and what is wrong with servers of it that were started just now.

        Raises:
            WorkbenchError: there is no tool of a name.
        """
        if self._toolbox is not None and self._made_for == (choice.tools, choice.mcp):
            return self._toolbox, []
        await self.close()
        toolbox = self._new(choice)
        troubles = await toolbox.start()
        self._toolbox, self._made_for = toolbox, (choice.tools, choice.mcp)
        return toolbox, troubles

    async def close(self) -> None:
        """End the processes of the tools."""
        if self._toolbox is not None:
            await self._toolbox.close()
        self._toolbox = None

    def _new(self, choice: AgentChoice) -> Toolbox:
        return Toolbox(choice.tools, ToolSettings.of_environment(self._project), self._file(choice))

    def _file(self, choice: AgentChoice) -> Path | None:
        return self._project / Path(choice.mcp).expanduser() if choice.mcp else None


def protocol_of(choice: AgentChoice, prompt_template: str) -> AgentProtocol:
    """The protocol of a choice with the user's text; ``auto`` is the one for the prompt template.

    Raises:
        WorkbenchError: there is none of its name.
    """
    protocol = protocol_named(choice.protocol, prompt_template)
    if choice.text and isinstance(protocol, React | Moss):
        return replace(protocol, text=choice.text)
    return protocol
