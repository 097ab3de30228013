"""A dialog to choose the job to watch, and others to compare it with on the same plot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Label

from workbench.i18n import N_, _
from workbench.jobs.find import list_jobs
from workbench.jobs.folder import JobFolder
from workbench.jobs.rows import JobRow, job_rows
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.choice_table import ChoiceTable
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.fitted_table import Column, Row
from workbench.ui.widgets.job_table import JOB_COLUMNS, job_cells
from workbench.ui.widgets.plot_top_row import MOST_RUNS

_MARK = "●"


@dataclass(frozen=True)
class JobChoice:
    """The job to watch and those to compare it with."""

    job: JobFolder
    compared: tuple[JobFolder, ...]


class JobPicker(TranslatedModal[JobChoice | None]):
    """The project's jobs, newest first. Only trainings, which have a curve, can be marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "choose", N_("Watch"), id="jobs.watch", tooltip=N_("Watch the job under the cursor"), priority=True
        ),
        Binding("space", "mark", N_("Mark"), id="jobs.mark", tooltip=N_("Compare this one on the same plot")),
        Binding("escape", "dismiss", N_("Back"), id="dialog.back", tooltip=N_("Change nothing")),
    ]
    CSS_PATH = "job_picker.tcss"

    def __init__(self, project: Path, current: JobFolder | None, compared: tuple[JobFolder, ...]) -> None:
        super().__init__()
        self._project, self._current = project, current
        self._marked = {job.path for job in compared}
        self._rows: list[JobRow] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("Which job?"), classes="dialog-title", markup=False)
            yield ChoiceTable((Column(N_(" "), 1), *JOB_COLUMNS), id="job-table")
            yield Label(
                _("enter watches the job under the cursor; space marks trainings to compare with it"),
                classes="muted",
                markup=False,
            )
        yield FittedFooter()

    def on_mount(self) -> None:
        self._read()

    @work(thread=True, group="job-picker", exit_on_error=False)
    def _read(self) -> None:
        self.app.call_from_thread(self._fill, job_rows(list_jobs(self._project)))

    def _fill(self, rows: list[JobRow]) -> None:
        self._rows = rows
        table = self.query_one(ChoiceTable)
        self._paint()
        if self._current is not None:
            table.choose(self._current.id)
        table.focus()

    def _paint(self) -> None:
        marks = {row.job.id: _MARK if row.job.path in self._marked else " " for row in self._rows}
        rows = [Row(row.job.id, (marks[row.job.id], *job_cells(row))) for row in self._rows]
        self.query_one(ChoiceTable).set_rows(rows)

    def _here(self) -> JobRow | None:
        key = self.query_one(ChoiceTable).chosen_key
        return next((row for row in self._rows if row.job.id == key), None)

    def action_mark(self) -> None:
        row = self._here()
        if row is None or row.kind != "train":
            self.notify(_("Only trainings have a curve to compare."))
            return
        if row.job.path in self._marked:
            self._marked.remove(row.job.path)
        elif len(self._marked) < MOST_RUNS - 1:
            self._marked.add(row.job.path)
        self._paint()

    @on(DataTable.RowSelected)
    def action_choose(self) -> None:
        if row := self._here():
            others = (other.job for other in self._rows if other.job.path in self._marked and other.job != row.job)
            self.dismiss(JobChoice(row.job, tuple(others)))
