"""A dialog to choose what to chat with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Input, Label

from workbench.i18n import N_, _
from workbench.paths import resolve_model
from workbench.text import printable
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.known_models import KnownModel, added_to_base, known_models
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.field_controls import LineInput, Tick
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.fitted_table import Column, FittedTable, Row

_COLUMNS = (
    Column(N_("kind"), 8),
    Column(N_("model"), keeps_end=True),
    Column(N_("from"), from_width=60, keeps_end=True),
)


class ModelPicker(TranslatedModal[ChosenModel | None]):
    """A table of the project's models; a folder or a Hugging Face name may be typed instead."""

    DEFAULT_CSS = "ModelPicker LineInput { background: $panel; margin-bottom: 1; padding: 0 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Close without choosing")),
    ]

    def __init__(self, project: Path, current: ChosenModel | None, *, beside: bool = False) -> None:
        super().__init__()
        self._known: list[KnownModel] = known_models(project)
        self._current = current
        self._beside = current if beside else None
        if self._beside is not None:
            loaded = [(one, one.chosen.loaded_like(self._beside)) for one in self._known]
            self._known = [one for one, like in loaded if like.base == self._beside.base and like != self._beside]

    def compose(self) -> ComposeResult:
        title = _("Which model do you want to chat with?")
        if self._beside is not None:
            title = _("Which weights on {base} are asked the same?").format(base=printable(self._beside.base_label))
        with Vertical(classes="dialog"):
            yield Label(title, classes="dialog-title", markup=False)
            yield FittedTable(_COLUMNS, id="models")
            if self._beside is None:
                hint = _("… or a model folder or Hugging Face name, then enter")
                yield LineInput(placeholder=hint, id="model-path", compact=True)
            yield LineInput(placeholder=_("adapter or LLaVA folder (optional)"), id="adapter-path", compact=True)
            if self._beside is None:
                yield Tick(_("load in 4 bits (less memory, slower on a CPU)"), id="four-bits", compact=True)
        yield FittedFooter()

    def on_mount(self) -> None:
        table = self.query_one(FittedTable)
        table.set_rows([Row(str(number), self._cells(known)) for number, known in enumerate(self._known)])
        current = next((number for number, known in enumerate(self._known) if known.chosen == self._current), 0)
        table.choose(str(current))
        if self._known:
            table.focus()
        else:
            self.query_one("#adapter-path", LineInput).focus()

    def _cells(self, known: KnownModel) -> tuple[str, str, str]:
        label = known.chosen.label if self._beside is None else known.chosen.name_on_base
        return _(known.kind), printable(label), printable(known.name)

    def _give(self, chosen: ChosenModel) -> None:
        bits = 4 if self._beside is None and self.query_one("#four-bits", Tick).value else None
        self.dismiss(replace(chosen, bits=bits))

    @on(DataTable.RowSelected)
    def _take_row(self, event: DataTable.RowSelected) -> None:
        self._give(self._known[int(str(event.row_key.value))].chosen)

    @on(Input.Submitted)
    def _take_path(self) -> None:
        added = self.query_one("#adapter-path", Input).value.strip() or None
        model = "" if self._beside else self.query_one("#model-path", Input).value.strip()
        if model:
            self._give(ChosenModel(model, added))
        elif added is not None and (on_its_base := added_to_base(Path(resolve_model(added)))):
            self._give(on_its_base)
        elif added is not None and self._beside is not None:
            self._give(ChosenModel(self._beside.model, added))
