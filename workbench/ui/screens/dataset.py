"""The Dataset area: make a self-identity dataset with a live preview, or read a data file row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import DescendantFocus, Paste
from textual.widgets import ContentSwitcher, Label

from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.ui.row_settings import Settings, remembered_files
from workbench.ui.screens.choice import Choice, ChoiceDialog
from workbench.ui.screens.dataset_reading import ReadingScreen
from workbench.ui.screens.dataset_sheets import FILE, SheetScreen
from workbench.ui.shown_path import shown_path
from workbench.ui.widgets.dataset_maker import DatasetMaker
from workbench.ui.widgets.dataset_reader import DatasetReader
from workbench.ui.widgets.sheet_maker import SheetMaker

_MAKE, _READ, _SHEET = "pane-make", "pane-read", "pane-sheet"
_REMEMBERED = "dataset.identity"
_NEXT = {_MAKE: _READ, _READ: _SHEET, _SHEET: _MAKE}
_TITLES = {
    _MAKE: N_("Make a self-identity dataset: f9 writes it"),
    _READ: N_("Read a data file: o opens one"),
    _SHEET: N_("Make rows with a chat service: f9 adds them"),
}
_FOLLOWING = {
    _MAKE: N_("f10: read data"),
    _READ: N_("f10: ask a service"),
    _SHEET: N_("f10: self-identity"),
}
"""What the pane behind the next one is for."""
_AT_THE_PATH = N_("Read a data file: enter opens it")
_ONLY_IN = {
    **dict.fromkeys(("search", "template", "format", "view", "check", "step", "tokenizer", "row"), (_READ,)),
    **dict.fromkeys(("length", "config", "images"), (_READ,)),
    **dict.fromkeys(("ask", "task"), (_SHEET,)),
    "write": (_MAKE, _SHEET),
    **dict.fromkeys(("to_rows", "copy"), (_READ, _SHEET)),
}
"""The panes that have an action; others are everywhere."""
_OF_ROWS = frozenset({"search", "view", "check", "step", "row"})
"""Actions that need rows to be read."""


class DatasetScreen(ReadingScreen, SheetScreen):
    """Three panes, one key apart."""

    AREA = "dataset"
    CSS_PATH = "dataset.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "write", N_("Write"), id="dataset.write", tooltip=N_("Write the rows that are previewed")),
        Binding("f10", "switch", N_("Switch"), id="dataset.switch", tooltip=N_("Make data, read it, or ask for it")),
        Binding("o", "open", N_("Open"), id="dataset.open", tooltip=N_("Open data, or a folder of pictures")),
        Binding("v", "view", N_("View"), id="dataset.view", tooltip=N_("As conversation, text, or tokens")),
        Binding("c", "check", N_("Check"), id="dataset.check", tooltip=N_("Find what is wrong with the data")),
        Binding("slash", "search", N_("Search"), id="dataset.search", tooltip=N_("Rows that hold a text")),
        Binding(
            "p", "template", N_("Template"), id="dataset.template", tooltip=N_("Render by another prompt template")
        ),
        Binding("f", "format", N_("Format"), id="dataset.format", tooltip=N_("Read the rows in another format")),
        Binding("t", "tokenizer", N_("Tokens"), id="dataset.tokenizer", tooltip=N_("Show another model's tokens")),
        Binding("l", "length", N_("Length"), id="dataset.length", tooltip=N_("Cut rows at another length")),
        Binding("u", "config", N_("Config"), id="dataset.config", tooltip=N_("Take all of this from a config")),
        Binding("i", "images", N_("Pictures"), id="dataset.images", tooltip=N_("Say where the pictures of rows are")),
        Binding("n", "step(1)", N_("Next"), id="dataset.next", tooltip=N_("The next row")),
        Binding("b", "step(-1)", N_("Back"), id="dataset.back", tooltip=N_("The row before")),
        Binding("g", "row", N_("Row"), id="dataset.row", tooltip=N_("Go to the row with a number")),
        Binding("y", "copy", N_("Copy"), id="dataset.copy", tooltip=N_("Copy the prompt, or the config's line")),
        Binding("k", "task", N_("Task"), id="dataset.task", tooltip=N_("About pictures, or rows out of rows")),
        Binding("a", "ask", N_("Ask"), id="dataset.ask", tooltip=N_("Let a job ask a service about all")),
        Binding("escape", "to_rows", N_("Rows"), id="dataset.rows", tooltip=N_("Back to the list"), show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._pane = _MAKE

    def compose_area(self) -> ComposeResult:
        state = self.workbench.state
        with Horizontal(id="dataset-top"):
            yield Label("", id="dataset-title", markup=False)
            yield Label("", id="dataset-following", markup=False)
        with ContentSwitcher(initial=self._pane, id="dataset-panes"):
            project = self.workbench.project
            settings = Settings.remembered(state)
            yield DatasetMaker(project, dict(state.get(_REMEMBERED) or {}), settings, id=_MAKE)
            yield DatasetReader(project, settings, remembered_files(state), id=_READ)
            if self._pane == _SHEET:
                yield self.new_sheet_maker(_SHEET)

    def on_mount(self) -> None:
        self._show_title()
        self.query_one(DatasetMaker).focus_form()

    def recomposed(self) -> None:
        self._show_pane(self._pane)
        if self._pane == _READ and (path := self.workbench.state.get(FILE)):
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
        at_the_path = self._pane == _READ and self.query_one(DatasetReader).is_asking_for_path
        self.query_one("#dataset-title", Label).update(_(_AT_THE_PATH if at_the_path else _TITLES[self._pane]))
        self.query_one("#dataset-following", Label).update(_(_FOLLOWING[self._pane]))

    def on_paste(self, event: Paste) -> None:
        """What is pasted outside of all fields is an answer, where one is awaited."""
        if self._pane == _SHEET:
            event.stop()
            self.query_one(SheetMaker).paste(event.text)

    @on(DescendantFocus)
    def _show_title_of_focus(self) -> None:
        self._show_title()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self._pane not in _ONLY_IN.get(action, _NEXT):
            return False
        reader = next(iter(self.query(DatasetReader)), None)
        if self._pane != _READ or reader is None or not reader.is_mounted:
            return True
        return reader.has_columns if action == "copy" else reader.has_rows or action not in _OF_ROWS

    # -- keys

    async def action_switch(self) -> None:
        following = _NEXT[self._pane]
        if following == _SHEET and not self.query(SheetMaker):
            await self._panes.mount(self.new_sheet_maker(_SHEET))
        self._show_pane(following)
        if self._pane == _MAKE:
            self.query_one(DatasetMaker).focus_form()
        elif self._pane == _SHEET:
            self.query_one(SheetMaker).focus_first()
        else:
            self.action_open()

    def action_open(self) -> None:
        if self._pane == _SHEET:
            self.query_one(SheetMaker).focus_source()
            return
        self._show_pane(_READ)
        self.query_one(DatasetReader).ask_for_path(str(self.workbench.state.get(FILE) or ""))

    def action_to_rows(self) -> None:
        if self._pane == _SHEET:
            self.query_one(SheetMaker).focus_items()
        else:
            self.query_one(DatasetReader).leave()

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_write(self) -> None:
        if self._pane == _SHEET:
            await self.save_sheet()
            return
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

    def action_copy(self) -> None:
        if self._pane == _SHEET:
            self.copy_prompt()
        else:
            self.copy_columns()

    # -- what the panes say

    @on(DatasetMaker.Edited)
    def _remember(self, event: DatasetMaker.Edited) -> None:
        self.workbench.state[_REMEMBERED] = event.values

    @on(DatasetMaker.Written)
    def _written(self, event: DatasetMaker.Written) -> None:
        self.notify(_("Written: {path}").format(path=shown_path(event.path, self.workbench.project)), markup=False)
        self.workbench.state[FILE] = str(event.path)
        self._show_pane(_READ)
        self.query_one(DatasetReader).open(str(event.path))

    @on(DatasetReader.SettingsChanged)
    def _count_alike(self, event: DatasetReader.SettingsChanged) -> None:
        self.query_one(DatasetMaker).count_with(event.settings)

    @on(DatasetReader.Opened)
    def _opened(self, event: DatasetReader.Opened) -> None:
        self.workbench.state[FILE] = event.path
        self.refresh_bindings()
