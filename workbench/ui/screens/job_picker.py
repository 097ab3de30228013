"""A dialog to choose the job to watch, and others to compare it with on the same plot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Footer, Label

from workbench.i18n import N_, _
from workbench.jobs.find import list_jobs
from workbench.jobs.folder import JobFolder
from workbench.jobs.rows import JobRow, job_row
from workbench.text import printable
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.plot_drawing import MOST_RUNS

_MARK = "●"


@dataclass(frozen=True)
class JobChoice:
    """The job to watch and those to compare it with."""

    job: JobFolder
    compared: tuple[JobFolder, ...]


class JobPicker(TranslatedModal[JobChoice | None]):
    """The project's jobs, newest first. Only trainings, which have a curve, can be marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", N_("Back"), id="dialog.back", tooltip=N_("Change nothing")),
        Binding("space", "mark", N_("Mark"), id="jobs.mark", tooltip=N_("Compare this one on the same plot")),
        Binding("enter", "choose", N_("Watch"), id="jobs.watch", tooltip=N_("Watch the job under the cursor")),
    ]
    DEFAULT_CSS = "JobPicker .dialog DataTable { max-height: 20; }"

    def __init__(self, project: Path, current: JobFolder | None, compared: tuple[JobFolder, ...]) -> None:
        super().__init__()
        self._project, self._current = project, current
        self._marked = {job.path for job in compared}
        self._rows: list[JobRow] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("Which job?"), classes="dialog-title", markup=False)
            yield DataTable[str](cursor_type="row", id="job-table")
            yield Label(
                _("enter watches the job under the cursor; space marks trainings to compare with it"),
                classes="muted",
                markup=False,
            )
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_column(" ", key="mark")
        for column in (_("job"), _("kind"), _("state"), _("progress"), _("loss"), _("started")):
            table.add_column(column)
        self._read()

    @work(thread=True, group="job-picker", exit_on_error=False)
    def _read(self) -> None:
        rows = [row for job in list_jobs(self._project) if (row := job_row(job)) is not None]
        self.app.call_from_thread(self._fill, rows)

    def _fill(self, rows: list[JobRow]) -> None:
        self._rows = rows
        table = self.query_one(DataTable)
        for row in rows:
            mark = _MARK if row.job.path in self._marked else " "
            table.add_row(mark, *(printable(cell) for cell in row.cells()), key=row.job.id)
        position = next((number for number, row in enumerate(rows) if row.job == self._current), 0)
        table.move_cursor(row=position)
        table.focus()

    def _here(self) -> JobRow | None:
        return self._rows[self.query_one(DataTable).cursor_row] if self._rows else None

    def action_mark(self) -> None:
        row = self._here()
        if row is None or row.kind != "train":
            return
        if row.job.path in self._marked:
            self._marked.remove(row.job.path)
        elif len(self._marked) < MOST_RUNS - 1:
            self._marked.add(row.job.path)
        mark = _MARK if row.job.path in self._marked else " "
        self.query_one(DataTable).update_cell(row.job.id, "mark", mark)

    @on(DataTable.RowSelected)
    def action_choose(self) -> None:
        if row := self._here():
            others = (other.job for other in self._rows if other.job.path in self._marked and other.job != row.job)
            self.dismiss(JobChoice(row.job, tuple(others)))
