"""The Dataset area: make a self-identity dataset with a live preview, or read a data file row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import ContentSwitcher, Label

from workbench.data.templates import AUTO, known_templates
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.ui.screens.area import AreaScreen
from workbench.ui.screens.choice import Choice, ChoiceDialog
from workbench.ui.shown_path import shown_path
from workbench.ui.widgets.dataset_maker import DatasetMaker
from workbench.ui.widgets.dataset_reader import DatasetReader

_MAKE, _READ = "pane-make", "pane-read"
_REMEMBERED, _FILE, _TEMPLATE = "dataset.identity", "dataset.file", "dataset.template"


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
            reader = DatasetReader(self.workbench.project, str(state.get(_TEMPLATE) or "internlm2_chat"))
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
        if action in {"search", "template", "to_rows"}:
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
        self.query_one("#reader-rows").focus()

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_template(self) -> None:
        reader = self.query_one(DatasetReader)
        choices = [Choice(name, name) for name in known_templates() if name != AUTO]
        text = _("What is trained depends on it; it must be the one of the training config.")
        name = await self.app.push_screen_wait(ChoiceDialog(_("Prompt template"), text, choices, reader.template))
        if name:
            self.workbench.state[_TEMPLATE] = name
            reader.use_template(name)

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

    @on(DatasetReader.Opened)
    def _opened(self, event: DatasetReader.Opened) -> None:
        self.workbench.state[_FILE] = event.path
