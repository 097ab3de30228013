"""A dialog to choose what to chat with."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Input, Label
from textual.worker import get_current_worker

from workbench.chat.endpoints import ENDPOINT, forget_endpoint, known_endpoints
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.paths import resolve_model
from workbench.text import printable
from workbench.told_apart import alike_told_apart
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.known_models import KnownModel, added_to_base, found_models, known_models
from workbench.ui.loaded_models import loaded_models
from workbench.ui.screens.choice import Choice, ChoiceDialog
from workbench.ui.screens.list_dialog import ListDialog
from workbench.ui.typed_endpoint import is_service, service_typed
from workbench.ui.widgets.choice_table import ChoiceTable
from workbench.ui.widgets.field_controls import LineInput, Tick
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.fitted_table import Column, Row
from workbench.ui.widgets.quiet_static import QuietStatic

_COLUMNS = (
    Column(N_("kind"), 8),
    Column(N_("model"), keeps_end=True),
    Column(N_("begun"), 11, from_width=60),
    Column(N_("from"), from_width=90, keeps_end=True),
)


class ModelPicker(ListDialog[ChosenModel | None]):
    """A table of the project's models and the user's chat services; others may be typed instead.

    Args:
        beside: what is asked already, if another one is to be asked the same; those on the base of the first come first.
    """

    CSS_PATH = "model_picker.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete", "forget", N_("Forget"), id="models.forget", tooltip=N_("Forget this chat service")),
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Close without choosing")),
    ]

    def __init__(self, project: Path, current: ChosenModel | None, beside: Sequence[ChosenModel] = ()) -> None:
        super().__init__()
        self._project, self._current, self._beside = project, current, beside
        self._problem = ""
        self._listed: list[KnownModel] = []
        self._known: list[KnownModel] = []

    def _services(self) -> list[KnownModel]:
        try:
            return [
                KnownModel(N_("service"), f"{one.model} · {one.url}", ChosenModel(f"{ENDPOINT}{one.name}"))
                for one in known_endpoints()
            ]
        except WorkbenchError as error:
            self._problem = str(error)
            return []

    def _choices(self, known: Sequence[KnownModel]) -> list[KnownModel]:
        """Models that are not asked yet, with those on the first one's base in its precision, before all others."""
        if not self._beside:
            return list(known)
        first = self._beside[0]
        alike = [(one, one.chosen.loaded_like(first)) for one in known]
        found = [replace(one, chosen=like if like.base == first.base else one.chosen) for one, like in alike]
        asked = {one.reference_in(self._project) for one in self._beside}
        found = [one for one in found if one.chosen.reference_in(self._project) not in asked]
        return sorted(found, key=lambda one: one.chosen.base != first.base)

    def compose(self) -> ComposeResult:
        title = _("Which model is asked the same?") if self._beside else _("Which model do you want to chat with?")
        with Vertical(classes="dialog"):
            yield Label(title, classes="dialog-title", markup=False)
            yield ChoiceTable(_COLUMNS, id="models")
            hint = _("… or a folder, hub name, or URL MODEL [KEY VARIABLE]; enter")
            yield LineInput(placeholder=hint, id="model-path", compact=True)
            yield LineInput(placeholder=_("adapter or LLaVA folder (optional)"), id="adapter-path", compact=True)
            yield QuietStatic(id="model-problem")
            if not self._beside:
                yield Tick(_("load in 4 bits (less memory, slower on a CPU)"), id="four-bits", compact=True)
        yield FittedFooter()

    def on_mount(self) -> None:
        table = self.query_one(ChoiceTable)
        last = loaded_models(self.workbench.state)
        self._listed = [*known_models(self._project, last), *self._services()]
        self._known = self._choices(self._listed)
        self._show_known()
        current = next((number for number, known in enumerate(self._known) if known.chosen == self._current), 0)
        table.choose(str(current))
        self._tell(self._problem)
        if self._known:
            table.focus()
        else:
            self.query_one("#model-path", LineInput).focus()
        self._look_around()

    def _tell(self, problem: str) -> None:
        """Say what is wrong, also where the terminal is too low for all of the dialog."""
        said = self.query_one("#model-problem", QuietStatic)
        said.tell(printable(problem))
        said.call_after_refresh(said.scroll_visible, animate=False)

    def _show_known(self) -> None:
        named = zip(self._known, self._labels(), strict=True)
        rows = [Row(str(number), _cells(known, label)) for number, (known, label) in enumerate(named)]
        self.query_one(ChoiceTable).set_rows(rows)

    @work(thread=True, group="model-picker", exit_on_error=False)
    def _look_around(self) -> None:
        """What else lies in the project comes below: looking for it takes longer than a key should."""
        found = found_models(self._project, self._listed)
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._add, found)

    def _add(self, found: Sequence[KnownModel]) -> None:
        is_first = not self._known
        self._known += self._choices(found)
        self._show_known()
        if is_first and self._known and not self.query_one("#model-path", Input).value:
            self.query_one(ChoiceTable).focus()
        if not self._known and not self._problem:
            self._tell(_("No other model is here yet: name one above."))

    def _labels(self) -> list[str]:
        """What each model is called; by more of its path where that is not enough to tell it from others."""
        chosen = [*(known.chosen for known in self._known), *self._beside]
        base = self._beside[0].base if self._beside else None
        labels = [one.name_on_base if base and one.base == base else one.label for one in chosen]
        told = alike_told_apart(labels, [one.reference_in(self._project) for one in chosen])
        return told[: len(self._known)]

    @property
    def _service(self) -> KnownModel | None:
        """The chat service under the cursor."""
        table = self.query_one(ChoiceTable)
        known = self._known[int(table.chosen_key)] if table.has_focus and table.chosen_key else None
        return known if known is not None and known.chosen.endpoint is not None else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "forget" or self._service is not None

    @on(DataTable.RowHighlighted)
    def _offer_keys(self) -> None:
        self.refresh_bindings()

    @work(group="model-forget", exclusive=True, exit_on_error=False)
    async def action_forget(self) -> None:
        """Take a chat service out of the list, once the user has said so."""
        if (service := self._service) is None:
            return
        title = _("Forget this chat service?")
        choices = [Choice("keep", _("Keep it")), Choice("forget", _("Forget its address, model and name"))]
        about = f"{service.chosen.label}\n{service.name}"
        if await self.app.push_screen_wait(ChoiceDialog(title, about, choices)) != "forget":
            return
        try:
            forget_endpoint(service.chosen.model.removeprefix(ENDPOINT))
        except WorkbenchError as error:
            self._tell(str(error))
            return
        self._known.remove(service)
        self._show_known()

    def _give(self, chosen: ChosenModel) -> None:
        if self._beside:
            like = chosen.loaded_like(self._beside[0])
            self.dismiss(like if like.base == self._beside[0].base else chosen)
            return
        is_in_four = self.query_one("#four-bits", Tick).value and chosen.endpoint is None
        self.dismiss(replace(chosen, bits=4 if is_in_four else None))

    @on(DataTable.RowSelected)
    def _take_row(self, event: DataTable.RowSelected) -> None:
        self._give(self._known[int(str(event.row_key.value))].chosen)

    @on(Input.Submitted)
    def _take_typed(self) -> None:
        added = self.query_one("#adapter-path", Input).value.strip() or None
        model = self.query_one("#model-path", Input).value.strip()
        paths = [path for path in (model, added) if path and path.startswith((".", "/", "~"))]
        if missing := next((path for path in paths if not Path(resolve_model(path)).expanduser().exists()), None):
            self._tell(f"{missing}: {_('There is no such folder.')}")
        elif is_service(model):
            try:
                self._give(service_typed(model))
            except WorkbenchError as error:
                self._tell(str(error))
        elif f"{ENDPOINT}{model}" in [known.chosen.model for known in self._known]:
            self._give(ChosenModel(f"{ENDPOINT}{model}"))
        elif model:
            self._give(ChosenModel(model, added))
        elif added is not None and (on_its_base := added_to_base(Path(resolve_model(added)))):
            self._give(on_its_base)
        elif added is not None and self._beside:
            self._give(ChosenModel(self._beside[0].model, added))


def _cells(known: KnownModel, label: str) -> tuple[str, ...]:
    begun = time.strftime("%m-%d %H:%M", time.localtime(known.begun)) if known.begun is not None else ""
    return _(known.kind), printable(label), begun, printable(known.name)
