"""The tools of the Chat area: those that were chosen, started when they are needed, and what the user allows them."""

from __future__ import annotations

import asyncio
import math
import time
from pathlib import Path

from workbench.agent.chosen import toolbox_of
from workbench.agent.consent import Consent
from workbench.agent.toolbox import Toolbox
from workbench.chat.agent_choice import AgentChoice

_LONG_SECONDS, _REST_SECONDS = 20.0, 600.0
"""Servers that kept a question waiting so long in vain are not tried again with the next ones, but after such a rest."""


class StartStoppedError(Exception):
    """The user did not want to wait until the tools had started."""


class ChatTools:
    """One toolbox at a time, for the choice that it was made for."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self._made_for: tuple[tuple[str, ...], str, str] | None = None
        self._toolbox: Toolbox | None = None
        self._troubles: list[str] = []
        self._tried_in = 0
        self._rests_until = -math.inf
        self._one_at_a_time = asyncio.Lock()
        self._starting: set[asyncio.Task[tuple[Toolbox, list[str]]]] = set()
        self.consent = Consent(project)

    def check(self, choice: AgentChoice) -> None:
        """
        Raises:
            WorkbenchError: there are no tools, or not those that were chosen.
        """
        if choice.is_on:
            toolbox_of(choice, self._project)

    async def toolbox(self, choice: AgentChoice, round_number: int) -> tuple[Toolbox, list[str]]:
        """The tools of a choice, and what is wrong with servers of it. In another round these are tried again,
        those that take long not each time.

        Raises:
            WorkbenchError: there is no tool of a name.
            StartStoppedError: it was stopped meanwhile.
        """
        starting = asyncio.create_task(self._started(choice, round_number), name="chat-tools")
        self._starting.add(starting)
        try:
            await asyncio.wait([starting])
            if starting.cancelled():
                raise StartStoppedError
            return starting.result()
        finally:
            starting.cancel()
            self._starting.discard(starting)

    async def _started(self, choice: AgentChoice, round_number: int) -> tuple[Toolbox, list[str]]:
        async with self._one_at_a_time:
            is_as_made = self._made_for == (choice.tools, choice.mcp, choice.arxiv_url)
            is_good = not self._troubles or self._tried_in == round_number or time.monotonic() < self._rests_until
            if self._toolbox is not None and is_as_made and is_good:
                return self._toolbox, self._troubles
            await self.close()
            began = time.monotonic()
            toolbox = toolbox_of(choice, self._project)
            try:
                troubles = await toolbox.start()
            except asyncio.CancelledError:
                await toolbox.close()
                raise
            self._toolbox, self._made_for = toolbox, (choice.tools, choice.mcp, choice.arxiv_url)
            self._troubles, self._tried_in = troubles, round_number
            ended = time.monotonic()
            self._rests_until = ended + (_REST_SECONDS if ended - began > _LONG_SECONDS else 0.0)
            return toolbox, troubles

    def stop_starting(self) -> None:
        """Do not wait for servers that are being started."""
        for starting in list(self._starting):
            starting.cancel()

    async def end(self) -> None:
        """End the processes of the tools, be it that they are being started."""
        starting = list(self._starting)
        self.stop_starting()
        if starting:
            await asyncio.wait(starting)
        await self.close()

    async def close(self) -> None:
        """End the processes of the tools that have started."""
        if self._toolbox is not None:
            await self._toolbox.close()
        self._toolbox = None
