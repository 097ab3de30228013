"""A dialog for all that can be set while chatting."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, Label, Select

from workbench.chat.agent_choice import BOT_NAME
from workbench.chat.system_templates import SYSTEM_TEMPLATES, named_by, system_text
from workbench.data.templates import known_templates
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.chat_choices import ChatChoices
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.field_controls import DropDown, LineInput, LinesInput
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.model_form import ModelForm


class ChatSettings(TranslatedModal[ChatChoices | None]):
    """What is said to the model before the conversation, how its answers are drawn, and how it is loaded.

    Args:
        template: the prompt template that is in use, if a model is loaded.
        first: what the model of the first column is called, if several stand side by side.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f10,ctrl+s", "keep", N_("Keep"), id="dialog.keep", tooltip=N_("Use these settings")),
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Close without a change")),
    ]
    DEFAULT_CSS = """
    ChatSettings {
        #settings { height: auto; max-height: 70vh; }
        ModelForm { height: auto; }
        #system-text { background: $panel; padding: 0 1; min-height: 3; }
        Horizontal { height: auto; }
        Horizontal Label { padding: 0 1; }
        Select { max-width: 30; }
        #bot-name { width: 20; }
        .warn { width: 1fr; }
    }
    """

    def __init__(self, choices: ChatChoices, template: str | None = None, first: str = "") -> None:
        super().__init__()
        self._choices, self._template, self._first = choices, template, first
        self._named = named_by(choices.system)
        self._name = self._named[0] if self._named else None
        self._written = choices.system
        """The system text of a name as it was put into the box."""
        self._own = ""
        """What stood there before a name was chosen."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("How the model answers"), classes="dialog-title", markup=False)
            with VerticalScroll(can_focus=False, id="settings"):
                yield Label(_("system text"), markup=False)
                yield LinesInput(self._choices.system, id="system-text")
                with Horizontal():
                    names = [(name, name) for name in SYSTEM_TEMPLATES]
                    name, bot = self._named or (Select.NULL, "")
                    yield DropDown(names, prompt=_("by name"), value=name, id="system-name", compact=True)
                    yield Label(_("name of the model"), markup=False)
                    yield LineInput(bot or BOT_NAME, id="bot-name", compact=True, disabled=not self._named)
                if self._template:
                    used = _("prompt template in use: {name}").format(name=printable(self._template))
                    yield Label(used, classes="muted", markup=False)
                if self._first:
                    only = _(
                        "How weights are loaded, and the prompt template, are those of the first column alone: {model}"
                    )
                    yield Label(only.format(model=printable(self._first)), classes="warn", markup=False)
                yield ModelForm(
                    self._choices.form(),
                    self._choices.fields,
                    known_values={"prompt_template": known_templates()},
                    id="generation-form",
                )
        yield FittedFooter()

    def on_mount(self) -> None:
        """The name of the first box stays in view while the box has the cursor."""
        self.call_after_refresh(self.query_one("#settings").scroll_home, animate=False)

    @on(Select.Changed, "#system-name")
    def _take_named(self) -> None:
        """The text of the name stands in the box, where it can be changed; without a name one's own does again."""
        box, chosen = self.query_one("#system-text", LinesInput), self.query_one("#system-name", Select).value
        before, self._name = self._name, chosen if isinstance(chosen, str) else None
        if self._name == before:
            return
        self.query_one("#bot-name", LineInput).disabled = self._name is None
        if before is None:
            self._own = box.text
        if self._name is not None:
            self._write_named(self._name)
        elif box.text == self._written:
            box.text = self._own

    def _write_named(self, name: str) -> None:
        bot = self.query_one("#bot-name", Input).value or BOT_NAME
        self._written = self.query_one("#system-text", LinesInput).text = system_text(name, bot)

    @on(Input.Changed, "#bot-name")
    def _take_bot_name(self) -> None:
        """A text that was changed by hand stays."""
        if self._name is not None and self.query_one("#system-text", LinesInput).text == self._written:
            self._write_named(self._name)

    def action_keep(self) -> None:
        changes = self.query_one(ModelForm).changes()
        if changes is not None:
            self.dismiss(self._choices.changed(self.query_one("#system-text", LinesInput).text.strip(), changes))
