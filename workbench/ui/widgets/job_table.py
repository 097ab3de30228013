"""The project's jobs as a table: the same columns wherever they are listed."""

from __future__ import annotations

from workbench.i18n import N_
from workbench.jobs.kinds import kind_text
from workbench.jobs.rows import JobRow
from workbench.jobs.state import JobState
from workbench.text import printable
from workbench.ui.widgets.fitted_table import Cell, Column, Role

JOB_COLUMNS = (
    Column(N_("state"), 12),
    Column(N_("job")),
    Column(N_("kind"), 10, from_width=90),
    Column(N_("progress"), 15, from_width=70),
    Column(N_("loss"), 8, from_width=90),
    Column(N_("started"), 11),
)
_ROLES: dict[JobState, Role] = {
    JobState.RUNNING: "accent",
    JobState.STOPPING: "warning",
    JobState.FINISHED: "success",
    JobState.STOPPED: "muted",
    JobState.FAILED: "error",
    JobState.LOST: "error",
    JobState.ELSEWHERE: "muted",
}


def job_cells(row: JobRow) -> tuple[Cell, ...]:
    """The cells of a job, a column each."""
    state = (row.state_text, _ROLES[row.state])
    return (
        state,
        printable(row.job.path.parent.name),
        printable(kind_text(row.kind)),
        row.progress,
        row.loss,
        row.started,
    )
