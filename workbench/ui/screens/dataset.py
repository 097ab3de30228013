"""The Dataset area: make a self-identity dataset with a live preview, or read a data file row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import ContentSwitcher, Label

from workbench.data.templates import known_templates
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.known_models import SAMPLE, known_tokenizers
from workbench.ui.row_rendering import TEXT, VIEWS, Settings
from workbench.ui.screens.area import AreaScreen
from workbench.ui.screens.choice import Choice, ChoiceDialog
from workbench.ui.shown_path import shown_path
from workbench.ui.widgets.dataset_maker import DatasetMaker
from workbench.ui.widgets.dataset_reader import DatasetReader

_MAKE, _READ = "pane-make", "pane-read"
_REMEMBERED, _FILE = "dataset.identity", "dataset.file"
_TEMPLATE, _TOKENIZER, _VIEW = "dataset.template", "dataset.tokenizer", "dataset.view"

_READING = frozenset({"search", "template", "to_rows", "view", "check", "step", "tokenizer"})
"""Actions of the pane that reads."""


class DatasetScreen(AreaScreen):
    """Two panes, one key apart."""

    AREA = "dataset"
    CSS_PATH = "dataset.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "write", N_("Write"), id="dataset.write", tooltip=N_("Write the dataset that is previewed")),
        Binding("f10", "switch", N_("Make / Read"), id="dataset.switch", tooltip=N_("Make a dataset, or read a file")),
        Binding("o", "open", N_("Open"), id="dataset.open", tooltip=N_("Open a data file")),
        Binding("slash", "search", N_("Search"), id="dataset.search", tooltip=N_("Rows that hold a text")),
        Binding(
            "p", "template", N_("Template"), id="dataset.template", tooltip=N_("Render by another prompt template")
        ),
        Binding("v", "view", N_("View"), id="dataset.view", tooltip=N_("As a conversation, rendered, or by tokens")),
        Binding("c", "check", N_("Check"), id="dataset.check", tooltip=N_("Find what is wrong with all of the data")),
        Binding("n", "step(1)", N_("Next"), id="dataset.next", tooltip=N_("The next row"), show=False),
        Binding("b", "step(-1)", N_("Back"), id="dataset.back", tooltip=N_("The row before"), show=False),
        Binding("t", "tokenizer", N_("Tokenizer"), id="dataset.tokenizer", tooltip=N_("Show another model's tokens")),
        Binding("escape", "to_rows", N_("Rows"), id="dataset.rows", tooltip=N_("Back to the rows"), show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._pane = _MAKE

    def compose_area(self) -> ComposeResult:
        state = self.workbench.state
        yield Label("", id="dataset-title", markup=False)
        with ContentSwitcher(initial=self._pane, id="dataset-panes"):
            maker = DatasetMaker(self.workbench.project, dict(state.get(_REMEMBERED) or {}))
            maker.id = _MAKE
            yield maker
            reader = DatasetReader(self.workbench.project, self._remembered_settings())
            reader.id = _READ
            yield reader

    def on_mount(self) -> None:
        self._show_title()
        self.query_one(DatasetMaker).focus_form()

    def recomposed(self) -> None:
        self._show_pane(self._pane)
        if self._pane == _READ and (path := self.workbench.state.get(_FILE)):
            self.query_one(DatasetReader).open(str(path))

    def arrive(self, **context: Any) -> None:
        """Read the file ``path``."""
        if path := context.get("path"):
            self._show_pane(_READ)
            self.query_one(DatasetReader).open(str(path))

    @property
    def _panes(self) -> ContentSwitcher:
        return self.query_one("#dataset-panes", ContentSwitcher)

    def _show_pane(self, pane: str) -> None:
        self._pane = self._panes.current = pane
        self._show_title()
        self.refresh_bindings()

    def _show_title(self) -> None:
        making = self._pane == _MAKE
        text = _("Make a self-identity dataset: f9 writes it") if making else _("Read a data file: o opens one")
        self.query_one("#dataset-title", Label).update(text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "write":
            return self._pane == _MAKE
        if action in _READING:
            return self._pane == _READ
        return True

    # -- keys

    def action_switch(self) -> None:
        if self._pane == _READ:
            self._show_pane(_MAKE)
            self.query_one(DatasetMaker).focus_form()
        else:
            self.action_open()

    def action_open(self) -> None:
        self._show_pane(_READ)
        self.query_one(DatasetReader).ask_for_path(str(self.workbench.state.get(_FILE) or ""))

    def action_search(self) -> None:
        self.query_one(DatasetReader).focus_search()

    def action_to_rows(self) -> None:
        self.query_one(DatasetReader).focus_rows()

    def action_view(self) -> None:
        self.query_one(DatasetReader).next_view()

    def action_check(self) -> None:
        self.query_one(DatasetReader).check()

    def action_step(self, rows: int) -> None:
        self.query_one(DatasetReader).step(rows)

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_template(self) -> None:
        reader = self.query_one(DatasetReader)
        choices = [Choice(name, name) for name in known_templates()]
        text = _("What is trained depends on it; it must be the one of the training config.")
        current = reader.settings.template
        name = await self.app.push_screen_wait(ChoiceDialog(_("Prompt template"), text, choices, current))
        if name:
            reader.change(template=name)

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_tokenizer(self) -> None:
        reader = self.query_one(DatasetReader)
        choices = [Choice(model, printable(model)) for model in known_tokenizers(self.workbench.project)]
        text = _("The model whose tokens are shown and counted.")
        current = reader.settings.tokenizer
        model = await self.app.push_screen_wait(ChoiceDialog(_("Tokenizer"), text, choices, current))
        if model:
            reader.change(tokenizer=model)

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_write(self) -> None:
        maker = self.query_one(DatasetMaker)
        try:
            maker.write()
        except WorkbenchError as error:
            if await self._may_replace(error):
                maker.write(overwrite=True)

    async def _may_replace(self, error: WorkbenchError) -> bool:
        """Ask before a file is replaced; any other mistake is shown."""
        if not (error.where and Path(error.where).is_file()):
            self.workbench.show_error(error)
            return False
        choices = [Choice("keep", _("Keep the file")), Choice("replace", _("Replace it"))]
        return await self.app.push_screen_wait(ChoiceDialog(error.what, error.where, choices)) == "replace"

    # -- what the panes say

    @on(DatasetMaker.Edited)
    def _remember(self, event: DatasetMaker.Edited) -> None:
        self.workbench.state[_REMEMBERED] = event.values

    @on(DatasetMaker.Written)
    def _written(self, event: DatasetMaker.Written) -> None:
        self.notify(_("Written: {path}").format(path=shown_path(event.path, self.workbench.project)), markup=False)
        self.workbench.state[_FILE] = str(event.path)
        self._show_pane(_READ)
        self.query_one(DatasetReader).open(str(event.path))

    def _remembered_settings(self) -> Settings:
        state = self.workbench.state
        view = str(state.get(_VIEW) or TEXT)
        return Settings(
            template=str(state.get(_TEMPLATE) or "internlm2_chat"),
            tokenizer=str(state.get(_TOKENIZER) or SAMPLE.chosen.model),
            view=view if view in VIEWS else TEXT,
        )

    @on(DatasetReader.SettingsChanged)
    def _remember_settings(self, event: DatasetReader.SettingsChanged) -> None:
        settings = event.settings
        values = {_TEMPLATE: settings.template, _TOKENIZER: settings.tokenizer, _VIEW: settings.view}
        for name, value in values.items():
            if self.workbench.state.get(name) != value:
                self.workbench.state[name] = value

    @on(DatasetReader.Opened)
    def _opened(self, event: DatasetReader.Opened) -> None:
        self.workbench.state[_FILE] = event.path
