"""The project's jobs as a table: the same columns wherever they are listed.

What reads jobs is imported by those who fill the table, so that Home is painted before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.i18n import N_
from workbench.jobs.kinds import kind_text
from workbench.text import printable
from workbench.ui.widgets.fitted_table import Cell, Column, Role

if TYPE_CHECKING:
    from workbench.jobs.rows import JobRow

_WIDE = 90
"""Cells from which on progress and time have a column each."""
JOB_COLUMNS = (
    Column(N_("state"), 12),
    Column(N_("job"), keeps_end=True),
    Column(N_("kind"), 10, from_width=_WIDE),
    Column(N_("progress"), 18, below_width=_WIDE),
    Column(N_("progress"), 15, from_width=_WIDE),
    Column(N_("loss"), 8, from_width=_WIDE),
    Column(N_("started"), 11),
    Column(N_("time"), 13, from_width=_WIDE),
)
STATE_ROLES: dict[str, Role] = {
    "waiting": "warning",
    "paused": "warning",
    "running": "accent",
    "stopping": "warning",
    "finished": "success",
    "stopped": "muted",
    "failed": "error",
    "lost": "error",
    "elsewhere": "muted",
}
"""By the values of `workbench.jobs.state.JobState`."""


def job_cells(row: JobRow) -> tuple[Cell, ...]:
    """The cells of a job, a column each."""
    state = (row.state_text, STATE_ROLES[row.state])
    return (
        state,
        printable(row.job.path.parent.name),
        printable(kind_text(row.kind)),
        printable(row.way_text),
        printable(row.progress),
        row.loss,
        row.started,
        row.time_text,
    )
