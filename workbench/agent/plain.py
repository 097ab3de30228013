"""An agent on a plain terminal: steps as lines of text, consent asked by typing."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any, TextIO

from workbench.agent.chosen import protocol_of, said_of_misfits
from workbench.agent.consent import Consent, Reply
from workbench.agent.loop import Agent, Answered, Called, Calling, Ended, Event, figures_of_all
from workbench.agent.misread import misread_note, no_answer_note
from workbench.agent.protocols import AgentProtocol
from workbench.agent.tool import ToolSpec
from workbench.agent.toolbox import Toolbox
from workbench.chat.agent_choice import AgentChoice
from workbench.chat.interrupts import Interrupts
from workbench.chat.line_editor import forget_typed
from workbench.chat.plain_answers import Given, Show
from workbench.chat.protocol import Answer, Delta, GenerationSettings
from workbench.chat.turn import ChatCall, ChatTurn
from workbench.chat.typed_lines import tell
from workbench.chat.voice import Voice
from workbench.i18n import _
from workbench.text import printable, visible

_REPLIES: dict[str, Reply] = {
    "o": "once",
    "once": "once",
    "y": "once",
    "yes": "once",
    "a": "always",
    "always": "always",
    "n": "no",
    "no": "no",
    "never": "never",
}


@dataclass
class AgentAnswering:
    """Answers with an agent: each thought, call and result is a line, a call that is shown as it was written, once.

    Args:
        typed: what the user types; if nobody does, what is not allowed already is not.
    """

    choice: AgentChoice
    toolbox: Toolbox
    consent: Consent
    typed: TextIO = field(default_factory=lambda: sys.stdin)
    asked_to_end: int = field(default=0, init=False)
    _protocol: AgentProtocol | None = field(default=None, init=False)

    async def start(self, prompt_template: str) -> list[str]:
        """Start the servers of tools; returns what is wrong with those that do not answer, and with names of tools.

        Raises:
            WorkbenchError: there is no such protocol.
        """
        self._protocol = protocol_of(self.choice, prompt_template)
        self.choice = self.choice.model_copy(update={"read_as": self._protocol.name})
        troubles = await self.toolbox.start()
        specs = self.toolbox.specs
        unknown = sorted(self.consent.allowed - {tool.name for tool in specs})
        missing = [_("--allow {name}: the model has no tool of this name.").format(name=name) for name in unknown]
        return [*troubles, *said_of_misfits(self.choice, self._protocol, specs, prompt_template), *missing]

    async def close(self) -> None:
        """End the processes of the tools."""
        await self.toolbox.close()

    async def answer(
        self, voice: Voice, turns: list[ChatTurn], settings: GenerationSettings, show: Show, *, streams: bool
    ) -> Given:
        """As `Answering.answer`; the text of each step is shown, then what the tools gave."""

        async def may_run(tool: ToolSpec, _call: ChatCall) -> bool:
            return self._may_run(tool, interrupts)

        assert self._protocol is not None  # `start` was first
        agent = Agent(self._protocol, self.toolbox, may_run, self.choice.max_turns)
        interrupts = Interrupts(agent.stop)
        answers: list[Answer] = []
        with interrupts:
            async for event in agent.answer(voice, turns, settings):
                if isinstance(event, Answered):
                    answers.append(event.figures)
                if isinstance(event, Ended):
                    self.asked_to_end = interrupts.asked_to_end
                    return self._given(event, answers)
                if isinstance(event, Calling) and _says(answers[-1].text, event.call):
                    continue
                if text := _shown(event, streams=streams):
                    show(text)
        raise AssertionError("an agent's last event is the end")

    def _given(self, end: Ended, answers: list[Answer]) -> Given:
        if end.reason == "turns":
            tell(no_answer_note(self.choice.max_turns))
        assert self._protocol is not None  # it has answered
        if note := misread_note(end.answer, self._protocol):
            tell(note)
        figures = figures_of_all(answers, stopped=end.reason == "stopped")
        more = {"steps": step_rows(end.turns)}
        return Given(end.turns, end.answer, figures, end.reason, more)

    def _may_run(self, tool: ToolSpec, interrupts: Interrupts) -> bool:
        known = self.consent.known(tool)
        if known is False:
            never = _("{tool} is not run: you have said never in this project. --allow {name} allows it for one chat.")
            tell(never.format(tool=visible(tool.full_name), name=visible(tool.name)))
        if known is not None:
            return known
        if not self.typed.isatty():
            tell(_("{tool} is not run without consent; --allow {tool} gives it.").format(tool=visible(tool.name)))
            return False
        asked = _("{tool} wants to run. o: once, a: always in this project, n: no, or the word never: ")
        forget_typed(self.typed)
        while True:
            tell(asked.format(tool=visible(tool.full_name)), end="")
            line = interrupts.typed(self.typed)
            if not line:
                tell("")
            if reply := _REPLIES.get(line.strip().lower()) if line else "no":
                return self.consent.take(tool, reply)


def _shown(event: Event, *, streams: bool) -> str:
    match event:
        case Delta(text=text) if streams:
            return printable(text)
        case Answered():
            return "\n" if streams else f"{printable(event.figures.text)}\n"
        case Calling():
            return f"{call_line(event)}\n"
        case Called():
            return f"{result_line(event)}\n"
    return ""


def _says(text: str, call: ChatCall) -> bool:
    """Whether a call stands in what was shown of an answer just as it would be told."""
    shown = printable(text)
    return visible(call.name) in shown and visible(call.arguments) in shown


def call_line(event: Calling) -> str:
    """A call as a line that is safe to print."""
    return f"→ {visible(event.call.name)} {visible(event.call.arguments)}"


def result_line(event: Called) -> str:
    """A result with its time, or what the model was told, safe to print."""
    mark = "✗" if event.turn.failed else "←"
    took = f" ({event.turn.seconds:.2f} s)" if event.call and event.turn.seconds else ""
    return f"{mark} {visible(event.turn.content.strip())}{took}"


def step_rows(turns: list[ChatTurn]) -> list[dict[str, Any]]:
    """What came of a question, one object a turn, for ``--json``."""
    return [_row(turn) for turn in turns]


def _row(turn: ChatTurn) -> dict[str, Any]:
    row: dict[str, Any] = {"role": turn.role, "content": turn.content}
    if turn.calls:
        row["calls"] = [{"name": call.name, "arguments": call.arguments} for call in turn.calls]
    if turn.role == "tool":
        row |= {"tool": turn.tool, "failed": turn.failed, "seconds": round(turn.seconds or 0.0, 3)}
    return row
