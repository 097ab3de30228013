"""A dialog to choose the tools that a model may call, and how it calls them."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, Label, Select

from workbench.agent.protocols import PROTOCOLS, Moss, React
from workbench.agent.protocols.choice import AUTO
from workbench.agent.tools.builtin import BUILT_IN
from workbench.chat.agent_choice import MOST_TURNS, AgentChoice
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.field_controls import LinesInput, Tick
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.ordered_keys import TextInput
from workbench.ui.widgets.path_input import PathInput
from workbench.ui.widgets.quiet_static import QuietStatic

_TEXTS = {React.name: React.text, Moss.name: Moss.text}
"""The system texts that protocols begin with, for those that have one to edit."""


class AgentDialog(TranslatedModal[AgentChoice | None]):
    """Gives what was chosen, None on escape.

    Args:
        fitting: the protocol that fits the loaded model; empty if there is none.
        check: raises `WorkbenchError` if tools cannot be had, such as those of a file that is none.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f10,ctrl+s", "keep", N_("Keep"), id="dialog.keep", tooltip=N_("Use these tools")),
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Close without a change")),
    ]
    DEFAULT_CSS = """
    AgentDialog {
        #agent-scroll { height: auto; max-height: 70vh; }
        Horizontal { height: auto; }
        Horizontal Label { padding: 0 1; }
        Select { width: 34; }
        #agent-turns { width: 6; }
        #agent-text { max-height: 12; }
        TextInput, PathInput, LinesInput { background: $panel; padding: 0 1; }
        Tick { width: 1fr; }
        .section { margin-top: 1; }
    }
    """

    def __init__(self, choice: AgentChoice, fitting: str, check: Callable[[AgentChoice], object]) -> None:
        super().__init__()
        self._choice, self._fitting, self._check = choice, fitting, check
        self._texts = {**_TEXTS, **({choice.protocol: choice.text} if choice.text else {})}

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("Tools that the model may call"), classes="dialog-title", markup=False)
            with VerticalScroll(id="agent-scroll", can_focus=False):
                yield Tick(_("answer with tools"), self._choice.is_on, id="agent-on", compact=True)
                asks_first = _("asks first")
                for name, tool in BUILT_IN.items():
                    asks = f" ({asks_first})" if tool.spec.outside else ""
                    label = f"{name}{asks}: {_(tool.spec.label)}"
                    yield Tick(label, name in self._choice.tools, name=name, classes="tool", compact=True)
                yield Label(_("file with MCP servers (optional)"), classes="section", markup=False)
                yield PathInput("mcp.json", (".json",), value=self._choice.mcp)
                with Horizontal(classes="section"):
                    yield Label(_("how it calls them"), markup=False)
                    yield Select(self._protocols(), value=self._choice.protocol, allow_blank=False, compact=True)
                    yield Label(_("most turns for a question"), markup=False)
                    turns = str(self._choice.max_turns)
                    yield TextInput(turns, restrict=r"\d*", max_length=2, id="agent-turns", compact=True)
                yield Label(_("what the model is told of it"), classes="section text-of-protocol", markup=False)
                yield LinesInput(self._texts.get(self._choice.protocol, ""), id="agent-text")
                yield Label(
                    _("what it is told before its last turn, if not the usual"), classes="section", markup=False
                )
                yield TextInput(self._choice.force_stop, id="agent-stop", compact=True)
            yield QuietStatic(classes="bad")
        yield FittedFooter()

    def _protocols(self) -> list[tuple[str, str]]:
        fitting = _("auto ({name})").format(name=self._fitting) if self._fitting else AUTO
        return [(fitting, AUTO), *((name, name) for name in PROTOCOLS)]

    def on_mount(self) -> None:
        self._show_text(self._choice.protocol)
        self.query_one("#agent-on").focus()

    @on(Select.Changed)
    def _take_protocol(self, event: Select.Changed) -> None:
        self._show_text(str(event.value))

    def _show_text(self, protocol: str) -> None:
        """Protocols that leave it to the chat template have no text to edit."""
        box = self.query_one("#agent-text", LinesInput)
        box.display = self.query_one(".text-of-protocol").display = protocol in self._texts
        box.text = self._texts.get(protocol, "")

    @on(PathInput.Ways)
    def _show_ways(self, event: PathInput.Ways) -> None:
        self.query_one(QuietStatic).tell(printable("  ".join(event.names)))

    def action_keep(self) -> None:
        """Give what is chosen, unless it cannot be had."""
        protocol = str(self.query_one(Select).value)
        text = self.query_one("#agent-text", LinesInput).text
        choice = self._choice.model_copy(
            update={
                "is_on": self.query_one("#agent-on", Tick).value,
                "protocol": protocol,
                "force_stop": self.query_one("#agent-stop", Input).value.strip(),
                "text": "" if text == _TEXTS.get(protocol, "") else text,
                "tools": tuple(str(tick.name) for tick in self.query(".tool").results(Tick) if tick.value),
                "mcp": self.query_one(PathInput).value.strip(),
                "max_turns": max(int(self.query_one("#agent-turns", Input).value or MOST_TURNS), 1),
            }
        )
        try:
            self._check(choice)
        except WorkbenchError as error:
            self.query_one(QuietStatic).tell(printable(str(error)))
        else:
            self.dismiss(choice)
