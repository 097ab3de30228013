"""What several models answered to a question file: a table that fills while their job is at work."""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Label

from workbench.chat.thinking import without_thoughts
from workbench.errors import WorkbenchError
from workbench.evaluation.side_by_side import AskedRow, Cell, SideBySide, side_by_side
from workbench.i18n import N_, _
from workbench.jobs.folder import JobFolder
from workbench.jobs.state import state_of
from workbench.text import printable
from workbench.told_apart import told_apart
from workbench.ui.question_files import said_of
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.screens.text_dialog import TextDialog
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.fitted_table import Cell as Shown
from workbench.ui.widgets.fitted_table import Column, FittedTable, Row
from workbench.ui.widgets.quiet_static import QuietStatic

_SECONDS_BETWEEN_LOOKS = 1.0
_LONGEST_CELL = 200
_MARKS = {True: "✓ ", False: "✗ ", None: ""}


class QuestionTable(TranslatedModal[None]):
    """A row for each question, a column for each model. The job goes on when this is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", N_("Back"), id="dialog.back", tooltip=N_("Close; the job goes on")),
        Binding("y", "copy", N_("Copy"), id="dialog.copy", tooltip=N_("Copy the table as Markdown")),
    ]
    CSS_PATH = "question_table.tcss"

    def __init__(self, job: JobFolder) -> None:
        super().__init__()
        self._job = job
        self._found: SideBySide | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(printable(self._job.id), classes="dialog-title", markup=False)
            yield FittedTable((Column(N_("question")),), id="questions")
            yield QuietStatic(id="question-state")
            yield QuietStatic(id="question-hint", classes="muted")
        yield FittedFooter()

    def on_mount(self) -> None:
        self.query_one(FittedTable).focus()
        self._show_hint()
        self.look()
        self.set_interval(_SECONDS_BETWEEN_LOOKS, self.look)

    @work(thread=True, group="question-table", exclusive=True, exit_on_error=False)
    def look(self) -> None:
        """Read what the job has written; a long file takes a moment."""
        try:
            found: SideBySide | str = side_by_side(self._job)
        except WorkbenchError as error:
            found = str(error)
        self.app.call_from_thread(self._show, found, said_of(self._job))

    def _show_hint(self) -> None:
        is_over = state_of(self._job).is_over
        going_on = _("enter shows whole answers; the job goes on without this table")
        self.query_one("#question-hint", QuietStatic).tell(_("enter shows whole answers") if is_over else going_on)

    def _show(self, found: SideBySide | str, state: str) -> None:
        self._show_hint()
        if isinstance(found, str):
            self.query_one("#question-state", QuietStatic).tell(printable(f"{state}\n{found}"))
            return
        self._found = found
        done = sum(len(row.answers) for row in found.rows)
        total = len(found.rows) * len(found.models)
        said = _("{state} · {done} of {total} answers").format(state=state, done=done, total=total)
        titles = told_apart(found.models)
        columns = (
            Column("#", 4),
            Column(N_("question")),
            *map(partial(_column, found), count(1), found.models, titles),
        )
        rows = [_row(number, row, found.models) for number, row in enumerate(found.rows, start=1)]
        table = self.query_one(FittedTable)
        table.set_table(columns, rows)
        models = [f"{number}\t {title}" for number, title in enumerate(titles, start=1)] if table.cuts_titles else []
        self.query_one("#question-state", QuietStatic).tell(printable("\n".join([said, *models])))

    @on(DataTable.RowSelected)
    def _show_whole(self, event: DataTable.RowSelected) -> None:
        if self._found is None:
            return
        row = self._found.rows[int(str(event.row_key.value)) - 1]
        parts = [row.probe.question]
        if row.probe.answers:
            parts.append(_("expected: {answers}").format(answers=" | ".join(row.probe.answers)))
        for model in self._found.models:
            cell = row.answers.get(model)
            parts.append(f"── {model}\n{_MARKS[cell.right]}{cell.text}" if cell else f"── {model}\n…")
        self.app.push_screen(TextDialog(_("Question {number}").format(number=event.row_key.value), "\n\n".join(parts)))

    def action_copy(self) -> None:
        if self._found is None:
            return
        head = ["#", _("question"), *self._found.models]
        lines = [head, ["---"] * len(head)]
        for number, row in enumerate(self._found.rows, start=1):
            cells = [row.answers.get(model) for model in self._found.models]
            lines.append([str(number), row.probe.question, *(_text(cell) for cell in cells)])
        text = "\n".join(
            "| " + " | ".join(_one_line(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
        )
        self.app.copy_to_clipboard(text)
        self.notify(_("Sent to the terminal's clipboard."))


def _column(found: SideBySide, number: int, model: str, title: str) -> Column:
    share = found.share(model)
    parts = [str(number), f"{share.right}/{share.total}" if share else "", title]
    return Column(printable(" ".join(filter(None, parts))), keeps_end=True)


def _row(number: int, row: AskedRow, models: list[str]) -> Row:
    cells = [_shown(row.answers.get(model)) for model in models]
    return Row(str(number), (str(number).rjust(4), _one_line(row.probe.question)[:_LONGEST_CELL], *cells))


def _shown(cell: Cell | None) -> Shown:
    text = _one_line(_text(cell))[:_LONGEST_CELL]
    if cell is None or cell.right is None:
        return text
    return text, "success" if cell.right else "error"


def _text(cell: Cell | None) -> str:
    return f"{_MARKS[cell.right]}{without_thoughts(cell.text)}" if cell else "…"


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())
