"""A dialog for a LLaVA folder that does not say which language model and which vision tower it goes with."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label, Static

from workbench.errors import WorkbenchError
from workbench.hub.local import cached_models
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.field_controls import LineInput
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.quiet_static import QuietStatic

_TOWERS = ("openai/clip-vit-large-patch14-336", "sample:vision_tower")


class SeeingBases(TranslatedModal[ChosenModel | None]):
    """Gives the choice with both named, None on escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Close without choosing")),
    ]
    DEFAULT_CSS = """
    SeeingBases {
        LineInput { background: $panel; padding: 0 1; margin-bottom: 1; }
        #bases-problem { margin-bottom: 1; color: $text-error; }
    }
    """

    def __init__(self, chosen: ChosenModel) -> None:
        super().__init__()
        self._chosen = chosen
        self._model = chosen.model if chosen.model != chosen.seeing else ""

    def compose(self) -> ComposeResult:
        models = SuggestFromList([*cached_models(), "sample:model"], case_sensitive=False)
        towers = SuggestFromList([*_TOWERS, *cached_models()], case_sensitive=False)
        with Vertical(classes="dialog"):
            yield Label(_("What does this LLaVA folder go with?"), classes="dialog-title", markup=False)
            yield Static(printable(self._chosen.seeing or ""), markup=False)
            yield Label(_("language model: a folder or Hugging Face name"), markup=False)
            yield LineInput(self._model, suggester=models, id="language-model", compact=True)
            yield Label(_("vision tower: the same, such as openai/clip-vit-large-patch14-336"), markup=False)
            yield LineInput(self._chosen.visual_encoder or "", suggester=towers, id="vision-tower", compact=True)
            yield QuietStatic(id="bases-problem")
            yield Label(_("enter loads it"), classes="muted", markup=False)
        yield FittedFooter()

    def on_mount(self) -> None:
        self.query_one("#vision-tower" if self._model else "#language-model", Input).focus()

    @on(Input.Submitted)
    def _take(self) -> None:
        model = self.query_one("#language-model", Input).value.strip()
        tower = self.query_one("#vision-tower", Input).value.strip() or None
        named = replace(self._chosen, model=model, adapter=None, llava=self._chosen.seeing, visual_encoder=tower)
        try:
            whole = named.with_parts_named()
        except WorkbenchError as error:
            self.query_one("#bases-problem", QuietStatic).tell(printable(error.what))
        else:
            self.dismiss(whole)
