"""Reading data: its rows in a table, and beside them the chosen one, or what a check of the whole found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import ContentSwitcher

from workbench.data.formats import FORMAT_NAMES, FormatChoice
from workbench.data.formats.choice import AUTO
from workbench.ui.project_files import project_data_files
from workbench.ui.row_settings import VIEWS, FileChoices, Settings
from workbench.ui.widgets.check_panel import CheckPanel
from workbench.ui.widgets.reader_about import ReaderAbout
from workbench.ui.widgets.reader_top import ReaderTop
from workbench.ui.widgets.row_table import RowTable
from workbench.ui.widgets.row_view import RowView
from workbench.ui.widgets.rows_reader import CHECK, ROW, RowsReader


class DatasetReader(RowsReader):
    """A path, a search, the rows, and one of them whole."""

    DEFAULT_CSS = """
    DatasetReader {
        height: 1fr;
        #reader-body { height: 1fr; }
        #reader-rows { width: 2fr; height: 1fr; margin: 0 1; }
        #reader-side { width: 3fr; height: 1fr; border-left: solid $border-blurred; }
        &.-checking ReaderAbout { max-height: 2; }
    }
    """

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
        self._files = dict(files)
        """What was chosen, by path."""

    def compose(self) -> ComposeResult:
        yield ReaderTop(self._known)
        yield ReaderAbout(self._known)
        with Horizontal(id="reader-body"):
            yield RowTable(id="reader-rows")
            with ContentSwitcher(initial=ROW, id="reader-side"):
                yield RowView(self._settings, id=ROW)
                yield CheckPanel(id=CHECK)

    @property
    def choices(self) -> FileChoices:
        """What was chosen for what is read."""
        return self._choices_of(self.source.path) if self.source else FileChoices()

    @property
    def has_columns(self) -> bool:
        """Whether the columns of what is read were named, so that there is a line for a config."""
        return self.source is not None and bool(self.choices.columns)

    def _choices_of(self, path: str) -> FileChoices:
        kept = self._files.get(path, FileChoices())
        return kept if kept.format in (AUTO, *FORMAT_NAMES) else replace(kept, format=AUTO)

    # -- what the screen asks for

    def open(self, path: str) -> None:
        """Read data and show its rows."""
        self._top.show_path(path)
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

    def change(self, settings: Settings) -> None:
        """Render and measure by other settings, and check anew if a check is shown."""
        self._use(settings)
        self.post_message(self.SettingsChanged(self.settings))
        if self.has_class("-checking"):
            self.check()

    def _use(self, settings: Settings) -> None:
        self._row_view.use(replace(settings, of_file=self.choices))
        self._say(self._doing)

    def next_view(self) -> None:
        """Show the row in the next of the three views."""
        following = VIEWS[(VIEWS.index(self.settings.view) + 1) % len(VIEWS)]
        self._show_side(ROW)
        self.change(replace(self.settings, view=following))

    def check(self) -> None:
        """Check all of the data, and show what is found."""
        if self._table.data is not None:
            self._show_side(CHECK)
            self._panel.check(self._table.data.source, self.settings)

    # -- what the parts say

    @on(ReaderTop.PathEntered)
    def _entered(self, event: ReaderTop.PathEntered) -> None:
        event.stop()
        self._begin(event.path)

    def _begin(self, path: str) -> None:
        self.begin(path, self._choices_of(path).format_choice)
        self._use(self.settings)
