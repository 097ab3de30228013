"""A dialog for the system text and the generation settings of a chat."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label

from workbench.chat.protocol import GenerationSettings
from workbench.i18n import N_, _
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.model_form import ModelForm
from workbench.ui.widgets.ordered_keys import TextInput

ChatChoices = tuple[str, GenerationSettings]


class ChatSettings(TranslatedModal[ChatChoices | None]):
    """What is said to the model before the conversation, and how its answers are drawn."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f10,ctrl+s", "keep", N_("Keep"), id="dialog.keep", tooltip=N_("Use these settings")),
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Close without a change")),
    ]

    def __init__(self, system: str, settings: GenerationSettings) -> None:
        super().__init__()
        self._system, self._settings = system, settings

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("How the model answers"), classes="dialog-title", markup=False)
            yield Label(_("system text"), markup=False)
            yield TextInput(self._system, id="system-text", compact=True)
            form = ModelForm(self._settings, list(GenerationSettings.model_fields), id="generation-form")
            form.styles.height = "auto"
            form.styles.max_height = "60vh"
            yield form
        yield FittedFooter()

    def action_keep(self) -> None:
        changes = self.query_one(ModelForm).changes()
        if changes is None:
            return
        settings = GenerationSettings.model_validate({**self._settings.model_dump(), **changes})
        self.dismiss((self.query_one("#system-text", Input).value, settings))
