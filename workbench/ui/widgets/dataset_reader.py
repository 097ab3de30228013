"""Reading data: its rows in a table, and beside them the chosen one, or what a check of the whole found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.timer import Timer
from textual.widgets import ContentSwitcher, Input, Label

from workbench.data.formats import FORMAT_NAMES, FormatChoice
from workbench.data.formats.choice import AUTO
from workbench.data.sources import Source
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable
from workbench.ui.check_run import run_check
from workbench.ui.project_files import project_data_files
from workbench.ui.row_settings import VIEWS, FileChoices, Settings
from workbench.ui.widgets.check_panel import CheckPanel
from workbench.ui.widgets.reader_text import about_text, measure_text
from workbench.ui.widgets.row_table import RowTable
from workbench.ui.widgets.row_view import RowView

_SECONDS_AFTER_TYPING = 0.2
_ROW, _CHECK = "reader-row", "reader-check"


class DatasetReader(Vertical):
    """A path, a search, the rows, and one of them whole."""

    DEFAULT_CSS = """
    DatasetReader {
        height: 1fr;
        #reader-top { height: 1; }
        #reader-path { width: 2fr; border: none; height: 1; background: $panel; margin: 0 1; padding: 0 1; }
        #reader-search { width: 1fr; border: none; height: 1; background: $panel; margin: 0 1; padding: 0 1; }
        #reader-about { width: 1fr; height: auto; max-height: 12; color: $text-muted; padding: 0 2; }
        #reader-body { height: 1fr; }
        #reader-rows { width: 2fr; height: 1fr; margin: 0 1; }
        #reader-side { width: 3fr; height: 1fr; border-left: solid $border-blurred; }
        &.-checking #reader-about { max-height: 2; }
    }
    """

    @dataclass
    class Opened(Message):
        """Data was read."""

        path: str

    @dataclass
    class SettingsChanged(Message):
        """Rows are rendered another way; ``settings`` are to be remembered."""

        settings: Settings

    @dataclass
    class FileChosen(Message):
        """Something was chosen for a data path, to be remembered."""

        path: str
        choices: FileChoices

    def __init__(
        self, project: Path, settings: Settings, files: Mapping[str, FileChoices], *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._settings = settings
        self._known = project_data_files(project)
        self._count: int | None = None
        self._problem = ""
        self._files = dict(files)
        """What was chosen, by path."""
        self._template = ("", "")
        """The name of the prompt template of the rows that are shown, and why it is that one."""
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="reader-top"):
            yield Input(
                placeholder=_("data file or folder, then enter"),
                suggester=SuggestFromList(self._known) if self._known else None,
                id="reader-path",
                compact=True,
            )
            yield Input(placeholder=_("search"), id="reader-search", compact=True)
        about = _("Give the path of a data file or folder, or a dataset's name on a hub.")
        if self._known:
            about = _("Data files here: {names}").format(names=printable(", ".join(self._known)))
        yield Label(about, id="reader-about", markup=False)
        with Horizontal(id="reader-body"):
            yield RowTable(id="reader-rows")
            with ContentSwitcher(initial=_ROW, id="reader-side"):
                yield RowView(self._settings, id=_ROW)
                yield CheckPanel(id=_CHECK)

    @property
    def settings(self) -> Settings:
        """How rows are rendered now."""
        return self._row_view.settings

    @property
    def source(self) -> Source | None:
        """What was asked for last, whether it could be read or not."""
        return self._table.asked_for

    @property
    def is_asking_for_path(self) -> bool:
        """Whether the cursor is in the path."""
        return self.query_one("#reader-path", Input).has_focus

    @property
    def _table(self) -> RowTable:
        return self.query_one(RowTable)

    @property
    def _row_view(self) -> RowView:
        return self.query_one(RowView)

    @property
    def choices(self) -> FileChoices:
        """What was chosen for what is read."""
        return self._choices_of(self.source.path) if self.source else FileChoices()

    def _choices_of(self, path: str) -> FileChoices:
        kept = self._files.get(path, FileChoices())
        return kept if kept.format in (AUTO, *FORMAT_NAMES) else replace(kept, format=AUTO)

    def _show_side(self, side: str) -> None:
        self.set_class(side == _CHECK, "-checking")
        self.query_one("#reader-side", ContentSwitcher).current = side

    # -- what the screen asks for

    def open(self, path: str) -> None:
        """Read data and show its rows."""
        self.query_one("#reader-path", Input).value = path
        self._begin(path)

    def read_as(self, path: str, choice: FormatChoice) -> None:
        """Read data in a format, now and whenever it is opened again."""
        self._choose(path, format=choice.name, columns=dict(choice.columns))
        self.open(path)

    def choose(self, *, template: str | None = None, image_folder: str | None = None) -> None:
        """Render what is read by a template, with its pictures from a folder; empty means as usual."""
        given = {"template": template, "image_folder": image_folder}
        if self.source is not None:
            self._choose(self.source.path, **{name: value for name, value in given.items() if value is not None})
            self._use(self.settings)

    def _choose(self, path: str, **changes: Any) -> None:
        self._files[path] = replace(self._choices_of(path), **changes)
        self.post_message(self.FileChosen(path, self._files[path]))

    def use_file_choices(self, path: str, choices: FileChoices) -> None:
        """Take what was chosen for a path elsewhere."""
        self._files[path] = choices

    def ask_for_path(self, remembered: str) -> None:
        """Put the cursor into the path; an empty one begins with what was read last, or the project's first file."""
        path = self.query_one("#reader-path", Input)
        path.value = path.value or remembered or next(iter(self._known), "")
        path.focus()

    def focus_search(self) -> None:
        """Put the cursor into the search."""
        self.query_one("#reader-search", Input).focus()

    def focus_rows(self) -> None:
        """Back to the rows, and to the chosen one instead of a check."""
        self._show_side(_ROW)
        self._table.focus()

    def change(self, settings: Settings) -> None:
        """Render and measure by other settings, and check anew if a check is shown."""
        self._use(settings)
        self.post_message(self.SettingsChanged(self.settings))
        if self.has_class("-checking"):
            self.check()

    def _use(self, settings: Settings) -> None:
        self._row_view.use(replace(settings, of_file=self.choices))
        self._say_about()

    def next_view(self) -> None:
        """Show the row in the next of the three views."""
        following = VIEWS[(VIEWS.index(self.settings.view) + 1) % len(VIEWS)]
        self._show_side(_ROW)
        self.change(replace(self.settings, view=following))

    def step(self, rows: int) -> None:
        """Go so many rows on, or back."""
        self._show_side(_ROW)
        self._table.step(rows)

    def go_to_row(self, number: int) -> None:
        """Go to the row with a number, which takes a while where it is far down in much data."""
        self.query_one("#reader-search", Input).value = ""
        self._say(_("Going to row {number} …").format(number=number))
        self._table.go_to_number(number)
        self.focus_rows()

    def check(self) -> None:
        """Check all of the data, and show what is found."""
        if self._table.data is not None:
            self._show_side(_CHECK)
            self.query_one(CheckPanel).begin()
            self._check(self._table.data.source, self.settings)

    @work(group="reader-check", exclusive=True, exit_on_error=False)
    async def _check(self, source: Source, settings: Settings) -> None:
        panel = self.query_one(CheckPanel)
        try:
            panel.show(await run_check(source, settings))
        except WorkbenchError as error:
            panel.say(printable(str(error)))

    # -- what the parts say

    @on(Input.Submitted, "#reader-path")
    def _entered(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self._begin(event.value.strip())

    def _begin(self, path: str) -> None:
        """Say that data is being opened, which takes a while where it is fetched; what was read before goes."""
        self.workers.cancel_group(self, "reader-check")
        self._show_side(_ROW)
        self._say(_("Opening {path} …").format(path=printable(path)))
        self._table.open(path, self._choices_of(path).format_choice)
        self._template = ("", "")
        self._use(self.settings)

    @on(Input.Changed, "#reader-search")
    def _typed(self, event: Input.Changed) -> None:
        if self._timer:
            self._timer.stop()
        self._timer = self.set_timer(_SECONDS_AFTER_TYPING, lambda: self._search(event.value))

    def _search(self, words: str) -> None:
        self._table.search(words)
        if not words:
            self._say_about()

    @on(Input.Submitted, "#reader-search")
    def _to_rows(self) -> None:
        self._table.focus()

    @on(RowTable.Opened)
    def _opened(self, event: RowTable.Opened) -> None:
        event.stop()
        self._count, self._problem = None, event.page.problem
        self.query_one("#reader-search", Input).value = ""
        self._say_about()
        self.focus_rows()
        self.post_message(self.Opened(event.rows.source.path))

    @on(RowTable.Refused)
    def _refused(self, event: RowTable.Refused) -> None:
        event.stop()
        self._say(event.reason)

    @on(RowTable.Counted)
    def _counted(self, event: RowTable.Counted) -> None:
        event.stop()
        if event.rows is self._table.data:
            self._count = event.count
            self._say_about()

    @on(RowTable.PageRead)
    def _read_on(self, event: RowTable.PageRead) -> None:
        event.stop()
        if event.rows is self._table.data:
            self._problem = event.page.problem or self._problem
            self._say_about()

    @on(RowTable.Searched)
    def _searched(self, event: RowTable.Searched) -> None:
        event.stop()
        if event.rows is self._table.data:
            self._say_about()

    @on(RowTable.NotFound)
    def _not_found(self, event: RowTable.NotFound) -> None:
        event.stop()
        self._say_about()
        self.notify(event.said, markup=False)

    @on(RowTable.Chosen)
    async def _chosen(self, event: RowTable.Chosen) -> None:
        event.stop()
        if event.found is None:
            await self._row_view.say(_("No row has this text.") if self._table.matches is not None else "")
        else:
            self._row_view.show(event.found)

    @on(RowView.Rendered)
    def _name_template(self, event: RowView.Rendered) -> None:
        event.stop()
        if event.row.template != self._template:
            self._template = event.row.template
            self._say_about()

    @on(CheckPanel.PlaceChosen)
    def _go_to(self, event: CheckPanel.PlaceChosen) -> None:
        event.stop()
        self.query_one("#reader-search", Input).value = ""
        self._table.go_to(event.place)
        self.focus_rows()

    def _say(self, text: str) -> None:
        self.query_one("#reader-about", Label).update(text)

    def _say_about(self) -> None:
        table = self._table
        if table.data is not None:
            rows = about_text(table, table.data, self._count, self._problem)
            self._say(f"{rows}\n{measure_text(self.settings, self._template)}")
