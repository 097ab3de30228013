"""Reading a data file: its rows in a table, the chosen one rendered with the trained part highlighted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import DataTable, Input, Label

from workbench.data.conversation import Conversation, Sample, TokenRow, Turn
from workbench.data.files import data_files
from workbench.data.read import DataFile, read_file
from workbench.data.templates import get_template
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.project_files import project_data_files
from workbench.ui.widgets.conversation_view import ConversationView
from workbench.ui.widgets.fitted_table import Column, FittedTable, Row


class DatasetReader(Vertical):
    """A path, a search, the rows, and one of them whole."""

    DEFAULT_CSS = """
    DatasetReader {
        height: 1fr;
        #reader-top { height: 1; }
        #reader-path { width: 2fr; border: none; height: 1; background: $panel; margin: 0 1; padding: 0 1; }
        #reader-search { width: 1fr; border: none; height: 1; background: $panel; margin: 0 1; padding: 0 1; }
        #reader-about { width: 1fr; height: auto; color: $text-muted; padding: 0 2; }
        #reader-body { height: 1fr; }
        FittedTable { width: 1fr; height: 1fr; margin: 0 1; }
        ConversationView { width: 1fr; height: 1fr; border-left: solid $border-blurred; }
    }
    """

    @dataclass
    class Opened(Message):
        """A file was read."""

        path: str

    def __init__(self, project: Path, template: str) -> None:
        super().__init__()
        self.template = template
        self._known = project_data_files(project)
        self._rows: list[tuple[int, Conversation]] = []
        self._shown: list[tuple[int, Conversation]] = []
        self._about: Callable[..., str] = str

    def compose(self) -> ComposeResult:
        with Horizontal(id="reader-top"):
            yield Input(
                placeholder=_("data file or folder, then enter"),
                suggester=SuggestFromList(self._known) if self._known else None,
                id="reader-path",
                compact=True,
            )
            yield Input(placeholder=_("search"), id="reader-search", compact=True)
        about = _("Give the path of a JSON, JSONL or text file.")
        if self._known:
            about = _("Data files here: {names}").format(names=printable(", ".join(self._known)))
        yield Label(about, id="reader-about", markup=False)
        with Horizontal(id="reader-body"):
            yield FittedTable((Column(N_("row"), 6), Column(N_("first question"))), id="reader-rows")
            yield ConversationView()

    def open(self, path: str) -> None:
        """Read a file and show its rows."""
        self.query_one("#reader-path", Input).value = path
        self._read(path)

    def ask_for_path(self, remembered: str) -> None:
        """Put the cursor into the path; an empty one begins with what was read last, or the project's first file."""
        path = self.query_one("#reader-path", Input)
        path.value = path.value or remembered or next(iter(self._known), "")
        path.focus()

    def focus_search(self) -> None:
        """Put the cursor into the search."""
        self.query_one("#reader-search", Input).focus()

    def use_template(self, name: str) -> None:
        """Render by another prompt template."""
        self.template = name
        if self._rows:
            self._say(self._about(template=name))
        self._show_row()

    @on(Input.Submitted, "#reader-path")
    def _entered(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self._read(event.value.strip())

    @work(thread=True, group="reader", exclusive=True, exit_on_error=False)
    def _read(self, path: str) -> None:
        try:
            files = [read_file(file) for file in data_files(path)]
        except WorkbenchError as error:
            self.app.call_from_thread(self._show_nothing, printable(str(error)))
        else:
            self.app.call_from_thread(self._show_files, path, files)

    def _show_nothing(self, why: str) -> None:
        """Nothing of another file stays under the reason why this one cannot be shown."""
        self._rows = []
        self._search("")
        self._say(why)

    def _say(self, text: str) -> None:
        self.query_one("#reader-about", Label).update(text)

    def _show_files(self, path: str, files: list[DataFile]) -> None:
        self._rows = [(row.number, _as_conversation(row.sample)) for file in files for row in file.rows]
        about = _("{count} rows, format {format}: {reason}. Template {template}; what is trained stands in ⟦ ⟧.")
        first = files[0]
        self._about = partial(about.format, count=len(self._rows), format=first.format.name, reason=first.reason)
        self._say(self._about(template=self.template))
        self.query_one("#reader-search", Input).value = ""
        self._search("")
        self.query_one(FittedTable).focus()
        self.post_message(self.Opened(path))

    @on(Input.Changed, "#reader-search")
    def _typed(self, event: Input.Changed) -> None:
        self._search(event.value)

    @on(Input.Submitted, "#reader-search")
    def _to_rows(self) -> None:
        self.query_one(FittedTable).focus()

    def _search(self, words: str) -> None:
        wanted = words.casefold()
        self._shown = [row for row in self._rows if any(wanted in turn.content.casefold() for turn in row[1].turns)]
        rows = [
            Row(str(index), (str(number), _first_question(talk))) for index, (number, talk) in enumerate(self._shown)
        ]
        self.query_one(FittedTable).set_rows(rows)
        self._show_row()

    @on(DataTable.RowHighlighted)
    def _show_row(self) -> None:
        view = self.query_one(ConversationView)
        if not self._shown:
            view.say(_("No row has this text.") if self._rows else "")
            return
        position = min(max(self.query_one(FittedTable).cursor_row, 0), len(self._shown) - 1)
        view.show(self._shown[position][1], get_template(self.template))


def _as_conversation(sample: Sample) -> Conversation:
    """The sample itself; of a row of tokens, their ids as a plain text."""
    if isinstance(sample, TokenRow):
        return Conversation((Turn("assistant", " ".join(map(str, sample.input_ids))),), plain=True)
    return sample


def _first_question(conversation: Conversation) -> str:
    text = next((turn.content for turn in conversation.turns if turn.role == "user"), "")
    return printable(" ".join((text or (conversation.turns[0].content if conversation.turns else "")).split()))[:300]
