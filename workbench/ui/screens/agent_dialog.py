"""A dialog to choose the tools that a model may call, and how it calls them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Select

from workbench.agent.consent import Consent
from workbench.agent.protocols import PROTOCOLS
from workbench.agent.protocols.choice import AUTO
from workbench.agent.tool import ToolSpec
from workbench.agent.tools.builtin import BUILT_IN
from workbench.agent.tools.settings import SAMPLE_ARXIV, usual_arxiv
from workbench.chat.agent_choice import MOST_TURNS, AgentChoice
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.field_controls import CheckInput, DropDown, LineInput
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.path_input import PathInput
from workbench.ui.widgets.protocol_text import ProtocolText
from workbench.ui.widgets.quiet_static import QuietStatic


class AgentDialog(TranslatedModal[AgentChoice | None]):
    """Gives what was chosen, None on escape.

    Args:
        fitting: the protocol that fits the loaded model; empty if there is none.
        check: raises `WorkbenchError` if tools cannot be had, such as those of a file that is none.
        consent: what was said for always or never; it is shown, and can be forgotten.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f10,ctrl+s", "keep", N_("Keep"), id="dialog.keep", tooltip=N_("Use these tools")),
        Binding(
            "f9",
            "ask_again",
            N_("Ask again"),
            id="agent.ask_again",
            tooltip=N_("Forget what was said for always or never in this project"),
        ),
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Close without a change")),
    ]
    DEFAULT_CSS = """
    AgentDialog {
        #agent-scroll { height: auto; max-height: 70vh; }
        &.-tells #agent-scroll { max-height: 50vh; }
        Horizontal { height: auto; }
        Horizontal Label { padding: 0 1 0 0; }
        Select { width: 1fr; }
        #agent-turns { width: 6; }
        LineInput, PathInput, LinesInput { background: $panel; padding: 0 1; }
        CheckInput { width: 1fr; }
        .section { margin-top: 1; }
    }
    """

    def __init__(
        self, choice: AgentChoice, fitting: str, check: Callable[[AgentChoice], object], consent: Consent
    ) -> None:
        super().__init__()
        self._consent = consent
        self._choice, self._fitting, self._check = choice, fitting, check

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("Tools that the model may call"), classes="dialog-title", markup=False)
            with VerticalScroll(id="agent-scroll", can_focus=False):
                yield CheckInput(_("answer with tools"), self._choice.is_on, id="agent-on", compact=True)
                for name, tool in BUILT_IN.items():
                    label = self._told_of(tool.spec)
                    yield CheckInput(label, name in self._choice.tools, name=name, classes="tool", compact=True)
                with Horizontal(classes="section"):
                    yield Label(_("where arXiv is asked"), markup=False)
                    yield _select(self._arxivs(), self._choice.arxiv_url, "agent-arxiv")
                yield Label(_("file with MCP servers (optional)"), classes="section", markup=False)
                yield PathInput("mcp.json", (".json",), value=self._choice.mcp)
                yield QuietStatic(classes="muted", id="agent-said")
                with Horizontal(classes="section"):
                    yield Label(_("how it calls them"), markup=False)
                    yield _select(self._protocols(), self._choice.protocol, "agent-protocol")
                yield ProtocolText(self._written(self._choice.protocol), self._choice.text)
                with Horizontal(classes="section"):
                    yield Label(_("most turns for a question"), markup=False)
                    turns = str(self._choice.max_turns)
                    yield LineInput(turns, restrict=r"\d*", max_length=2, id="agent-turns", compact=True)
                yield Label(
                    _("what it is told before its last turn, if not the usual"), classes="section", markup=False
                )
                yield LineInput(self._choice.force_stop, id="agent-stop", compact=True)
            yield QuietStatic(classes="bad", id="agent-problem")
        yield FittedFooter()

    def _told_of(self, tool: ToolSpec) -> str:
        """What a tool does, and whether it asks."""
        said = self._consent.known(tool)
        asks = _("asks first") if said is None else _("always allowed") if said else _("never allowed")
        return f"{tool.name} ({asks}): {_(tool.label)}" if tool.outside else f"{tool.name}: {_(tool.label)}"

    def _protocols(self) -> dict[str, str]:
        fitting = _("auto ({name})").format(name=self._fitting) if self._fitting else AUTO
        return {AUTO: fitting, **{name: name for name in PROTOCOLS}}

    def _written(self, protocol: str) -> str:
        """The protocol that a choice comes to."""
        return self._fitting if protocol == AUTO else protocol

    def _arxivs(self) -> dict[str, str]:
        """The places by their address; empty is the usual one."""
        own = self._choice.arxiv_url
        return {own: own, "": usual_arxiv(), SAMPLE_ARXIV: _("invented papers (sample:arxiv)")}

    def on_mount(self) -> None:
        self.query_one("#agent-on").focus()
        self._tell_said()

    def _tell_said(self) -> None:
        """What was said for always or never of tools of servers, which are not listed before they are started."""
        words = {True: _("always allowed"), False: _("never allowed")}
        said = ", ".join(f"{printable(name)} ({words[said]})" for name, said in self._consent.of_servers.items())
        self.query_one("#agent-said", QuietStatic).tell(said)

    @on(Select.Changed, "#agent-protocol")
    def _take_protocol(self, event: Select.Changed) -> None:
        self.query_one(ProtocolText).show(self._written(str(event.value)))

    @on(PathInput.Ways)
    def _show_ways(self, event: PathInput.Ways) -> None:
        self._tell("  ".join(event.names))

    def _tell(self, text: str) -> None:
        """Say something under the choices, which make room for it."""
        self.set_class(bool(text), "-tells")
        self.query_one("#agent-problem", QuietStatic).tell(printable(text))
        if self.focused is not None:
            self.call_after_refresh(self.focused.scroll_visible, animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now stands in the footer."""
        return self._consent.is_kept if action == "ask_again" else True

    def action_ask_again(self) -> None:
        """Forget what was said for good; MCP servers' tools ask again, too."""
        self._consent.forget()
        for tick in self.query(".tool").results(CheckInput):
            tick.label = self._told_of(BUILT_IN[str(tick.name)].spec)
        self._tell_said()
        self.refresh_bindings()

    def action_keep(self) -> None:
        """Give what is chosen, unless it cannot be had."""
        choice = self._choice.model_copy(
            update={
                "is_on": self.query_one("#agent-on", CheckInput).value,
                "protocol": self.query_one("#agent-protocol", Select).value,
                "force_stop": self.query_one("#agent-stop", Input).value.strip(),
                "text": self.query_one(ProtocolText).text,
                "tools": tuple(str(tick.name) for tick in self.query(".tool").results(CheckInput) if tick.value),
                "arxiv_url": self.query_one("#agent-arxiv", Select).value,
                "mcp": self.query_one(PathInput).value.strip(),
                "max_turns": max(int(self.query_one("#agent-turns", Input).value or MOST_TURNS), 1),
            }
        )
        try:
            self._check(choice)
        except WorkbenchError as error:
            self._tell(str(error))
        else:
            self.dismiss(choice)


def _select(titles: Mapping[str, str], value: str, name: str) -> Select[str]:
    """``titles``: what each value is called."""
    options = [(Content(printable(title)), one) for one, title in titles.items()]
    return DropDown(options, value=value, allow_blank=False, compact=True, id=name)
