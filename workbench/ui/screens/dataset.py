"""The Dataset area: make a self-identity dataset with a live preview, or read a data file row by row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import DescendantFocus
from textual.message import Message
from textual.widgets import ContentSwitcher, Label

from workbench.data.formats import FORMAT_NAMES
from workbench.data.formats.choice import AUTO
from workbench.data.templates import known_templates
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.row_rendering import Settings, chosen_tokenizer, known_tokenizers
from workbench.ui.screens.area import AreaScreen
from workbench.ui.screens.choice import Choice, ChoiceDialog
from workbench.ui.sheet_draft import SheetDraft, ask_endpoint, known_endpoint
from workbench.ui.shown_path import shown_path
from workbench.ui.widgets.dataset_maker import DatasetMaker
from workbench.ui.widgets.dataset_reader import DatasetReader
from workbench.ui.widgets.sheet_maker import SheetMaker

if TYPE_CHECKING:
    from workbench.data.sheets.endpoint import Endpoint

_MAKE, _READ, _SHEET = "pane-make", "pane-read", "pane-sheet"
_REMEMBERED, _FILE, _DRAFT = "dataset.identity", "dataset.file", "dataset.sheet"
_NEXT = {_MAKE: _READ, _READ: _SHEET, _SHEET: _MAKE}
_TITLES = {
    _MAKE: N_("Make a self-identity dataset: f9 writes it"),
    _READ: N_("Read a data file: o opens one"),
    _SHEET: N_("Make a question sheet about pictures, with a chat service"),
}
_AT_THE_PATH = N_("Read a data file: enter opens it")
_ONLY_IN = {
    **dict.fromkeys(("search", "template", "format", "view", "check", "step", "tokenizer"), (_READ,)),
    **dict.fromkeys(("copy", "ask"), (_SHEET,)),
    "write": (_MAKE, _SHEET),
    "to_rows": (_READ, _SHEET),
}
"""The panes that have an action; others are everywhere."""


class DatasetScreen(AreaScreen):
    """Three panes, one key apart."""

    AREA = "dataset"
    CSS_PATH = "dataset.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "write", N_("Write"), id="dataset.write", tooltip=N_("Write the rows that are previewed")),
        Binding("f10", "switch", N_("Switch"), id="dataset.switch", tooltip=N_("Make data, read it, or ask for it")),
        Binding("o", "open", N_("Open"), id="dataset.open", tooltip=N_("Open data, or a folder of pictures")),
        Binding("v", "view", N_("View"), id="dataset.view", tooltip=N_("As a conversation, rendered, or by tokens")),
        Binding("c", "check", N_("Check"), id="dataset.check", tooltip=N_("Find what is wrong with all of the data")),
        Binding("slash", "search", N_("Search"), id="dataset.search", tooltip=N_("Rows that hold a text")),
        Binding(
            "p", "template", N_("Template"), id="dataset.template", tooltip=N_("Render by another prompt template")
        ),
        Binding("f", "format", N_("Format"), id="dataset.format", tooltip=N_("Read the rows in another format")),
        Binding("t", "tokenizer", N_("Tokenizer"), id="dataset.tokenizer", tooltip=N_("Show another model's tokens")),
        Binding("n", "step(1)", N_("Next"), id="dataset.next", tooltip=N_("The next row"), show=False),
        Binding("b", "step(-1)", N_("Back"), id="dataset.back", tooltip=N_("The row before"), show=False),
        Binding("y", "copy", N_("Copy"), id="dataset.copy", tooltip=N_("Copy the prompt for the chat service")),
        Binding("a", "ask", N_("Ask"), id="dataset.ask", tooltip=N_("Let a job ask a chat service about all pictures")),
        Binding("escape", "to_rows", N_("Rows"), id="dataset.rows", tooltip=N_("Back to the list"), show=False),
    ]

    @dataclass
    class Started(Message):
        """A job was started that asks a chat service."""

        job: str

    def __init__(self) -> None:
        super().__init__()
        self._pane = _MAKE

    def compose_area(self) -> ComposeResult:
        state = self.workbench.state
        yield Label("", id="dataset-title", markup=False)
        with ContentSwitcher(initial=self._pane, id="dataset-panes"):
            project = self.workbench.project
            counted_with = chosen_tokenizer(state)
            yield DatasetMaker(project, dict(state.get(_REMEMBERED) or {}), counted_with, id=_MAKE)
            yield DatasetReader(project, Settings.remembered(state), id=_READ)
            if self._pane == _SHEET:
                yield self._new_sheet_maker()

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

    def _new_sheet_maker(self) -> SheetMaker:
        """Made when somebody first goes there; few do."""
        return SheetMaker(self.workbench.project, dict(self.workbench.state.get(_DRAFT) or {}), id=_SHEET)

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

    @on(DescendantFocus)
    def _show_title_of_focus(self) -> None:
        self._show_title()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._pane in _ONLY_IN.get(action, _NEXT)

    # -- keys

    async def action_switch(self) -> None:
        following = _NEXT[self._pane]
        if following == _SHEET and not self.query(SheetMaker):
            await self._panes.mount(self._new_sheet_maker())
        self._show_pane(following)
        if self._pane == _MAKE:
            self.query_one(DatasetMaker).focus_form()
        elif self._pane == _SHEET:
            self.query_one(SheetMaker).focus_first()
        else:
            self.action_open()

    def action_open(self) -> None:
        if self._pane == _SHEET:
            self.query_one(SheetMaker).focus_folder()
            return
        self._show_pane(_READ)
        self.query_one(DatasetReader).ask_for_path(str(self.workbench.state.get(_FILE) or ""))

    def action_search(self) -> None:
        self.query_one(DatasetReader).focus_search()

    def action_to_rows(self) -> None:
        if self._pane == _SHEET:
            self.query_one(SheetMaker).focus_pictures()
        else:
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
        current = reader.settings.template
        choices = [Choice(name, printable(name)) for name in dict.fromkeys((*known_templates(), current))]
        text = _("What is trained depends on it; it must be the one of the training config.")
        name = await self.app.push_screen_wait(ChoiceDialog(_("Prompt template"), text, choices, current))
        if name:
            reader.change(template=name)

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_format(self) -> None:
        reader = self.query_one(DatasetReader)
        source = reader.source
        if source is None:
            return
        choices = [Choice(name, printable(name)) for name in (AUTO, *FORMAT_NAMES)]
        text = _("How the rows are read; auto looks at the first ones. A training config names it as dataset_format.")
        dialog = ChoiceDialog(_("Format"), text, choices, source.choice.name)
        if name := await self.app.push_screen_wait(dialog):
            reader.read_as(source.path, name)

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_tokenizer(self) -> None:
        reader = self.query_one(DatasetReader)
        current = reader.settings.tokenizer
        known = dict.fromkeys((*known_tokenizers(self.workbench.project), current))
        choices = [Choice(model, printable(model)) for model in known]
        text = _("The model whose tokens are shown and counted.")
        model = await self.app.push_screen_wait(ChoiceDialog(_("Tokenizer"), text, choices, current))
        if model:
            reader.change(tokenizer=model)

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_write(self) -> None:
        if self._pane == _SHEET:
            await self._save_sheet()
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

    async def _save_sheet(self) -> None:
        """Ask before what is left to mend is left out."""
        maker = self.query_one(SheetMaker)
        if faults := maker.faults:
            choices = [Choice("mend", _("Mend it first"))]
            if maker.has_sound_rows:
                choices.append(Choice("add", _("Add the sound rows only")))
            text = _("What cannot be read will not be in the sheet.")
            title = _("{count} faults are left in the answer.").format(count=faults)
            if await self.app.push_screen_wait(ChoiceDialog(title, text, choices)) != "add":
                return
        try:
            maker.save()
        except WorkbenchError as error:
            self.workbench.show_error(error)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self.query_one(SheetMaker).draft.prompt)
        self.notify(_("Sent to the terminal's clipboard."))

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_ask(self) -> None:
        maker = self.query_one(SheetMaker)
        endpoint = known_endpoint()
        text = _("The pictures and the prompt are sent there, {count} requests at most; the service may charge for it.")
        choices = [Choice("no", _("Ask nothing")), Choice("ask", _("Start the job"))]
        title = _("Ask {model} at {url}?").format(model=endpoint.model, url=endpoint.url)
        dialog = ChoiceDialog(title, text.format(count=maker.picture_count), choices)
        if await self.app.push_screen_wait(dialog) == "ask":
            self._start_asking(maker.draft, endpoint)

    @work(thread=True, group="dataset-ask", exclusive=True, exit_on_error=False)
    def _start_asking(self, draft: SheetDraft, endpoint: Endpoint) -> None:
        self.post_message(self.Started(ask_endpoint(self.workbench.project, draft, endpoint).id))

    # -- what the panes say

    @on(Started)
    def _started(self, event: Started) -> None:
        said = _("The job {name} asks now; Home shows how far it is.")
        self.notify(said.format(name=printable(event.job)), markup=False)

    @on(SheetMaker.Edited)
    def _remember_sheet(self, event: SheetMaker.Edited) -> None:
        self.workbench.state[_DRAFT] = event.values

    @on(SheetMaker.Saved)
    def _sheet_saved(self, event: SheetMaker.Saved) -> None:
        self.workbench.state[_FILE] = str(event.path)
        said = _("{path}: {added} rows added, {total} in all.")
        path = shown_path(event.path, self.workbench.project)
        self.notify(said.format(path=path, added=event.appended.added, total=event.appended.total), markup=False)

    @on(DatasetMaker.Edited)
    def _remember(self, event: DatasetMaker.Edited) -> None:
        self.workbench.state[_REMEMBERED] = event.values

    @on(DatasetMaker.Written)
    def _written(self, event: DatasetMaker.Written) -> None:
        self.notify(_("Written: {path}").format(path=shown_path(event.path, self.workbench.project)), markup=False)
        self.workbench.state[_FILE] = str(event.path)
        self._show_pane(_READ)
        self.query_one(DatasetReader).open(str(event.path))

    @on(DatasetReader.SettingsChanged)
    def _remember_settings(self, event: DatasetReader.SettingsChanged) -> None:
        event.settings.remember(self.workbench.state)

    @on(DatasetReader.Opened)
    def _opened(self, event: DatasetReader.Opened) -> None:
        self.workbench.state[_FILE] = event.path
