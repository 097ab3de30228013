"""The Home area: the project, its last jobs with their live state, and the next sensible step."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Label, Static

from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.screens.area import AreaScreen
from workbench.ui.shown_path import shown_path
from workbench.ui.widgets.fitted_table import FittedTable, Row
from workbench.ui.widgets.job_table import JOB_COLUMNS, job_cells

if TYPE_CHECKING:
    from workbench.jobs.rows import JobRow
    from workbench.ui.next_step import NextStep

_POLL_SECONDS = 2.0
_JOBS_SHOWN = 50
_NAME = "name"
"""The journey that has no name of its own."""


class NextStepBox(Static, can_focus=True):
    """The next sensible step; enter goes there."""

    DEFAULT_CSS = """
    NextStepBox {
        height: auto;
        padding: 0 1;
        border: round $border-blurred;
        &:focus { border: round $border; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.next", N_("Go"), id="home.go", tooltip=N_("Go where the next step is done")),
        Binding("down", "app.focus_next", N_("Jobs"), id="home.jobs", tooltip=N_("Into the list of jobs"), show=False),
    ]


class HomeScreen(AreaScreen):
    """Where the app begins."""

    AREA = "home"
    CSS_PATH = "home.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next", N_("Next step"), id="home.next", tooltip=N_("Go where the next step is done"), show=False),
        Binding(
            "s", "quickstart", N_("Quickstart"), id="home.quickstart", tooltip=N_("Teach the sample model something")
        ),
        Binding("q", "queue", N_("Queue"), id="home.queue", tooltip=N_("Who has a device, and who waits for one")),
        Binding("t", "app.change_theme", N_("Theme"), id="home.theme", tooltip=N_("Choose colours, with a preview")),
        Binding("l", "app.next_language", N_("中文"), id="home.language", tooltip=N_("Switch the language")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._step: NextStep | None = None
        self._rows: list[JobRow] = []

    def compose_area(self) -> ComposeResult:
        yield Label("", id="home-project", markup=False)
        yield NextStepBox("", id="home-next", markup=False)
        yield Label(_("Jobs"), id="home-jobs-title", classes="title", markup=False)
        yield FittedTable(JOB_COLUMNS, id="home-jobs")
        yield Static(
            _("No jobs yet. Whatever takes long will be listed here, and goes on when you leave."),
            id="home-empty",
            markup=False,
        )

    def on_mount(self) -> None:
        self._fill()
        self.look_every(_POLL_SECONDS, self._look)

    def recomposed(self) -> None:
        self._rows, self._step = [], None
        self._fill()
        self._look()

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self._look)  # also at the start: the frame is painted before anything is read

    def _fill(self) -> None:
        """What is known without a look at the jobs."""
        project = Content.assemble((_("Project"), "dim"), "  ", shown_path(self.workbench.project))
        self.query_one("#home-project", Label).update(project)
        self.query_one("#home-next", NextStepBox).border_title = _("Next step")
        self.query_one(FittedTable).display = False
        self.query_one("#home-empty").display = False
        self.query_one(NextStepBox).focus()

    @work(thread=True, group="home-look", exclusive=True, exit_on_error=False)
    def _look(self) -> None:
        """Read the job folders aside; paint only if something changed."""
        from workbench.jobs.find import list_jobs  # here: Home is painted before, half of the app's start is imports
        from workbench.jobs.rows import job_rows
        from workbench.ui.next_step import next_step

        rows = job_rows(list_jobs(self.workbench.project)[:_JOBS_SHOWN])
        self.app.call_from_thread(self._show, rows, next_step(self.workbench.project))

    def _show(self, rows: list[JobRow], step: NextStep) -> None:
        if step != self._step:
            self._step = step
            text = Content.assemble(printable(step.sentence), ("\u00a0\u00a0⏎", "bold $text-accent"))
            self.query_one("#home-next", NextStepBox).update(text)
        if rows != self._rows:
            self._rows = rows
            self.query_one(FittedTable).set_rows([Row(row.job.id, job_cells(row)) for row in rows])
        self.query_one("#home-empty").display = not rows
        self.query_one(FittedTable).display = bool(rows)

    @on(DataTable.RowSelected)
    def _open(self, event: DataTable.RowSelected) -> None:
        row = next((row for row in self._rows if row.job.id == event.row_key.value), None)
        if row is not None:
            self.workbench.go("train", job=row.job)

    def action_next(self) -> None:
        if self._step:
            self.workbench.go(self._step.area, **self._step.context)

    @work
    async def action_queue(self) -> None:
        from workbench.ui.screens.queue import QueueScreen

        if job := await self.app.push_screen_wait(QueueScreen(self.workbench.project)):
            self.workbench.go("train", job=job)

    @work
    async def action_quickstart(self) -> None:
        """Ask which journey, and watch it."""
        from workbench.actions.quickstart import AGENT_JOURNEY, SEEING_JOURNEY
        from workbench.ui.screens.choice import Choice, ChoiceDialog

        choices = [
            Choice(_NAME, _("Teach it a name (3 minutes)")),
            Choice(SEEING_JOURNEY, _("Teach it to see (5 minutes)")),
            Choice(AGENT_JOURNEY, _("Teach it to use tools (5 minutes)")),
        ]
        about = _(
            "The sample model comes with workbench and needs no GPU. The journey begins in this project's folder."
        )
        chosen = await self.app.push_screen_wait(ChoiceDialog(_("Quickstart"), about, choices))
        if chosen is not None:
            self._begin(chosen)

    @work(thread=True, group="home-quickstart", exclusive=True, exit_on_error=False)
    def _begin(self, chosen: str) -> None:
        from workbench.actions.quickstart import start_quickstart, training_of

        try:
            job = start_quickstart(self.workbench.project, journey=None if chosen == _NAME else chosen)
        except WorkbenchError as error:
            self.app.call_from_thread(self.workbench.show_error, error)
            return
        self.app.call_from_thread(self.notify, _("It has begun; its training is shown as soon as it runs."))
        training = training_of(job)
        self.app.call_from_thread(lambda: self.workbench.go("train", job=training))
