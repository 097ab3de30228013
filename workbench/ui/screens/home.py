"""The Home area: the project, its last jobs with their live state, and the next sensible step."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import DataTable, Label, Static

from workbench.i18n import N_, _
from workbench.jobs.find import list_jobs
from workbench.jobs.rows import JobRow, job_row
from workbench.text import printable
from workbench.ui.next_step import NextStep, next_step
from workbench.ui.screens.area import AreaScreen

_POLL_SECONDS = 2.0
_JOBS_SHOWN = 50


class HomeScreen(AreaScreen):
    """Where the app begins."""

    AREA = "home"
    CSS_PATH = "home.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next", N_("Next step"), id="home.next", tooltip=N_("Go where the next step is done")),
        Binding(
            "question_mark", "app.help", N_("Help"), id="home.help", tooltip=N_("Every key of this screen"), show=False
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._step: NextStep | None = None
        self._rows: list[JobRow] = []
        self._timer: Timer | None = None

    def compose_area(self) -> ComposeResult:
        yield Label("", id="home-project", markup=False)
        yield Static("", id="home-next", markup=False)
        yield Label(_("Jobs"), id="home-jobs-title", classes="title", markup=False)
        yield DataTable[str](cursor_type="row", id="home-jobs")
        yield Static(
            _("No jobs yet. Everything that takes long will be listed here, and goes on without you."),
            id="home-empty",
            markup=False,
        )

    def on_mount(self) -> None:
        self._fill()
        self._timer = self.set_interval(_POLL_SECONDS, self._look, pause=False)

    def recomposed(self) -> None:
        self._rows = []
        self._fill()

    def on_screen_suspend(self) -> None:
        if self._timer:
            self._timer.pause()

    def on_screen_resume(self) -> None:
        if self._timer:
            self._timer.resume()
            self._look()

    def _fill(self) -> None:
        self.query_one("#home-project", Label).update(_("Project: {folder}").format(folder=self.workbench.project))
        table = self.query_one(DataTable)
        table.clear(columns=True)
        for column in (N_("job"), N_("kind"), N_("state"), N_("progress"), N_("loss"), N_("started")):
            table.add_column(_(column), key=column)
        table.focus()
        self._look()

    @work(thread=True, group="home-look", exclusive=True, exit_on_error=False)
    def _look(self) -> None:
        """Read the job folders aside; paint only if something changed."""
        rows = [row for job in list_jobs(self.workbench.project)[:_JOBS_SHOWN] if (row := job_row(job)) is not None]
        self.app.call_from_thread(self._show, rows, next_step(self.workbench.project))

    def _show(self, rows: list[JobRow], step: NextStep) -> None:
        if step != self._step:
            self._step = step
            text = Content.assemble((_("Next: "), "bold"), printable(step.sentence), ("   n", "$text-accent"))
            self.query_one("#home-next", Static).update(text)
        if rows != self._rows:
            self._paint_rows(rows)
        self.query_one("#home-empty").display = not rows
        self.query_one(DataTable).display = bool(rows)

    def _paint_rows(self, rows: list[JobRow]) -> None:
        table = self.query_one(DataTable)
        before, self._rows = {row.job.id: row for row in self._rows}, rows
        if list(before) != [row.job.id for row in rows]:
            table.clear()
            for row in rows:
                table.add_row(*(printable(cell) for cell in row.cells()), key=row.job.id)
            return
        for row in rows:
            if before[row.job.id] != row:
                for column, cell in zip(("state", "progress", "loss"), row.cells()[2:5], strict=True):
                    table.update_cell(row.job.id, column, cell)

    @on(DataTable.RowSelected)
    def _open(self, event: DataTable.RowSelected) -> None:
        job = next(row.job for row in self._rows if row.job.id == event.row_key.value)
        self.workbench.go("train", job=job)

    def action_next(self) -> None:
        if self._step:
            self.workbench.go(self._step.area, **self._step.context)
