"""What of the Chat area answers with tools: each step is shown as it comes, and may be stopped."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from workbench.chat.agent_choice import AgentChoice
from workbench.chat.protocol import Answer, Delta
from workbench.chat.told import Told
from workbench.chat.turn import ChatCall, ChatTurn
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.text import printable
from workbench.ui.chat_state import ChatState
from workbench.ui.screens.chat_streaming import ChatStreaming, Coming

if TYPE_CHECKING:
    from workbench.agent.loop import Agent
    from workbench.agent.tool import ToolSpec
    from workbench.ui.chat_tools import ChatTools


class ChatAgent(ChatStreaming):
    """The part of the screen for tools. Their room is imported once there is something for it to do."""

    def __init__(self) -> None:
        super().__init__()
        self._tools: ChatTools | None = None
        self._agents: list[Agent] = []
        self._asking = asyncio.Lock()

    @property
    def tools(self) -> ChatTools:
        """The tools of this project's chats."""
        if self._tools is None:
            from workbench.ui.chat_tools import ChatTools

            self._tools = ChatTools(self.workbench.project)
        return self._tools

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_tools(self) -> None:
        """Choose tools, and how the model calls them."""
        from workbench.agent.protocols.choice import fitting_protocol
        from workbench.ui.screens.agent_dialog import AgentDialog

        template = self.models.prompt_template(self.chat.chosen) if self.chat.chosen else None
        fitting = fitting_protocol(template) if template else ""
        choice = await self.app.push_screen_wait(
            AgentDialog(self.chat.agent, fitting, self.tools.check, self.tools.consent)
        )
        if choice is None:
            return
        self.chat.agent = choice
        self.workbench.state["chat.agent"] = choice.model_dump(mode="json")
        self.chat.save()
        self.show_status()
        self.note(self._said_of_tools(choice))

    def offer_learned_tools(self) -> str:
        """Have the tools that the model has learned to call in the dialog, if none were chosen yet; says so."""
        if self.chat.agent.is_on or self.workbench.state.get("chat.agent") or self.chat.chosen is None:
            return ""
        from workbench.agent.learned import learned_choice

        chosen = self.chat.chosen
        learned = learned_choice(Path(resolve_model(chosen.adapter or chosen.model)))
        if learned is None:
            return ""
        self.chat.agent = learned
        return _("This model has learned to call tools: ctrl+k lets it.")

    def _said_of_tools(self, choice: AgentChoice) -> str:
        if not choice.is_on:
            return _("Answers come without tools.")
        names = ", ".join([*choice.tools, *([choice.mcp] if choice.mcp else [])])
        return _("The model may call: {tools}").format(tools=printable(names))

    async def stream(self, coming: Coming, chat: ChatState) -> None:
        """Take an answer in as it comes, with as many steps as it takes, and keep it."""
        choice = self.chat.agent
        if not choice.is_on:
            await super().stream(coming, chat)
            return
        from workbench.agent.chosen import protocol_of, said_of_misfits
        from workbench.agent.loop import Agent
        from workbench.ui.chat_tools import StartStoppedError

        assert chat.chosen is not None
        template = self.models.prompt_template(chat.chosen) or ""
        protocol = protocol_of(choice, template)
        chat.agent = choice.model_copy(update={"read_as": protocol.name})
        coming.read = protocol.read
        if coming.message is not None:
            coming.message.read_as(protocol.read)
        if choice.mcp:
            self.note(_("Starting the tools …"))
        try:
            toolbox, troubles = await self.tools.toolbox(choice, self.rounds)
        except StartStoppedError:
            self.note(_("Stopped before the tools had started; ctrl+r asks again."))
            return
        self.note(printable("\n".join([*troubles, *said_of_misfits(choice, protocol, toolbox.specs, template)])))
        asker = self.name_of(coming) if self.sides.are_several else ""
        agent = Agent(protocol, toolbox, partial(self._may_run, asker), choice.max_turns)
        self._agents.append(agent)
        try:
            await self._take_steps(agent, coming, chat)
        finally:
            self._agents.remove(agent)

    async def _take_steps(self, agent: Agent, coming: Coming, chat: ChatState) -> None:
        from workbench.agent.loop import Answered, Called, Ended, figures_of_all
        from workbench.agent.misread import misread_note, no_answer_note

        assert chat.chosen is not None
        figures: list[Answer] = []
        coming.told = _told_by(agent, chat.prompt_turns())
        voice = self.models.voice(chat.chosen)
        async for event in agent.answer(voice, chat.prompt_turns(), chat.settings_to_answer):
            match event:
                case Delta():
                    self.take_piece(coming, event.text)
                case Answered():
                    figures.append(event.figures)
                    await self.settle(coming, [*coming.steps, event.turn])
                case Called():
                    await self.settle(coming, [*coming.steps, event.turn])
                case Ended():
                    if event.reason == "turns":
                        self.note(no_answer_note(len(figures)))
                    elif note := misread_note(event.answer, agent.protocol):
                        self.note(printable(note))
                    await self.finish(coming, chat, figures_of_all(figures, stopped=event.reason == "stopped"))

    async def seen_by_model(self, turns: list[ChatTurn], told: Told | None) -> tuple[list[ChatTurn], str]:
        """Turns as the model saw them, and the list of tools that its template wrote.

        Args:
            told: what it was told; None, as in older conversations, is what it would be told now.
        """
        choice = self.chat.agent
        if told is not None and not told.protocol:
            return turns, told.tools
        if told is not None:
            from workbench.agent.protocols import protocol_named

            return protocol_named(told.protocol).sent(turns), told.tools
        if not choice.is_on or self.chat.chosen is None:
            return turns, ""
        from workbench.agent.chosen import protocol_of
        from workbench.agent.loop import told_of_tools

        protocol = protocol_of(choice, self.models.prompt_template(self.chat.chosen) or "")
        toolbox, _troubles = await self.tools.toolbox(choice, self.rounds)
        return protocol.sent(told_of_tools(turns, protocol, toolbox.specs)), protocol.listed(toolbox.specs)

    async def _may_run(self, asker: str, tool: ToolSpec, call: ChatCall) -> bool:
        """Ask the user, one question at a time."""
        from workbench.ui.screens.consent_dialog import may_run

        async with self._asking:
            return await may_run(self.app, self.tools.consent, tool, call, asker)

    async def stop_agents(self) -> None:
        """End every answer with tools at the step where it is, be it that its tools are started."""
        if self._tools is not None:
            self._tools.stop_starting()
        for agent in list(self._agents):
            await agent.stop()

    async def on_unmount(self) -> None:
        if self._tools is not None:
            await self._tools.end()


def _told_by(agent: Agent, turns: list[ChatTurn]) -> Told:
    from workbench.agent.loop import told_of_tools

    first = told_of_tools(turns, agent.protocol, agent.tools.specs)[0]
    return Told(
        system=first.content if first.role == "system" else "",
        tools=agent.protocol.listed(agent.tools.specs),
        protocol=agent.protocol.name,
    )
