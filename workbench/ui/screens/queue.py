"""The queue: who has a device, who waits for one, and keys to change the order, hold jobs back and let them go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Label, Static

from workbench.i18n import N_, _
from workbench.jobs.folder import JobFolder
from workbench.jobs.queue import QueueRow, queue_rows, rows_under_slurm
from workbench.jobs.queue_changes import Direction, move, pause, unpause
from workbench.jobs.stop import request_stop
from workbench.text import printable
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.fitted_table import Cell, Column, FittedTable, Row
from workbench.ui.widgets.job_table import STATE_ROLES
from workbench.ui.widgets.quiet_static import QuietStatic

_POLL_SECONDS = 1.0
_WIDEST_DEVICES = 14


class QueueScreen(TranslatedModal[JobFolder | None]):
    """Gives the job to watch, None if the user went back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "watch", N_("Watch"), id="queue.watch", tooltip=N_("Watch the job under the cursor"), priority=True
        ),
        Binding("p", "pause", N_("Pause"), id="queue.pause", tooltip=N_("Hold it back, or let a paused one go on")),
        Binding("u", "move('up')", N_("Up"), id="queue.up", tooltip=N_("One place forward")),
        Binding("d", "move('down')", N_("Down"), id="queue.down", tooltip=N_("One place back")),
        Binding("t", "move('first')", N_("Front"), id="queue.first", tooltip=N_("Before all others")),
        Binding("e", "move('last')", N_("End"), id="queue.last", tooltip=N_("Behind all others")),
        Binding("x", "leave", N_("Leave"), id="queue.leave", tooltip=N_("Take a waiting job out of the queue")),
        Binding("escape", "dismiss", N_("Back"), id="dialog.back", tooltip=N_("Close")),
    ]
    CSS_PATH = "queue.tcss"

    def __init__(self, project: Path) -> None:
        super().__init__()
        self._project = project
        self._rows: list[QueueRow] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("Queue"), classes="dialog-title", markup=False)
            yield FittedTable(_columns([]), id="queue-table")
            yield Static(
                _("No job has a device, and none waits. A training whose device is taken can wait here for it."),
                id="queue-empty",
                markup=False,
            )
            yield QuietStatic(id="queue-note", classes="muted")
        yield FittedFooter()

    def on_mount(self) -> None:
        self.query_one("#queue-empty").display = False
        self.query_one(FittedTable).focus()
        self.set_interval(_POLL_SECONDS, self._look)
        self._look()

    @work(thread=True, group="queue-look", exclusive=True, exit_on_error=False)
    def _look(self) -> None:
        self.app.call_from_thread(self._show, [*queue_rows(), *rows_under_slurm(self._project)])

    def _show(self, rows: list[QueueRow]) -> None:
        if not self.is_mounted or (rows == self._rows and rows):
            return
        self._rows = rows
        table = self.query_one(FittedTable)
        table.set_table(_columns(rows), [Row(str(row.job.path), _cells(row)) for row in rows])
        table.display = bool(rows)
        self.query_one("#queue-empty").display = not rows
        self._on_other_row()

    def _here(self) -> QueueRow | None:
        key = self.query_one(FittedTable).chosen_key
        return next((row for row in self._rows if str(row.job.path) == key), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done with the job under the cursor stands in the footer."""
        if action not in {"watch", "pause", "move", "leave"}:
            return True
        row = self._here() if self.is_mounted else None
        if row is None:
            return False
        if row.slurm:
            return action in {"watch", "leave"}
        return action in {"watch", "pause"} or row.place > 0

    @property
    def key_names(self) -> Mapping[str, str]:
        row = self._here() if self.is_mounted else None
        return {"pause": N_("Continue")} if row is not None and row.goes_on else {}

    @on(DataTable.RowHighlighted)
    def _on_other_row(self) -> None:
        row = self._here()
        note = _("A paused training saves, gives its device to the next one, and goes on exactly.")
        if row is not None and row.slurm:
            note = _("{why}: it waits in Slurm's own queue, and its order is not changed here.").format(why=row.why)
        self.query_one("#queue-note", QuietStatic).tell(printable(note))
        self.refresh_bindings()

    @on(DataTable.RowSelected)
    def action_watch(self) -> None:
        if row := self._here():
            self.dismiss(row.job)

    def action_pause(self) -> None:
        if row := self._here():
            self._change(lambda: unpause(row.job) if row.goes_on else pause(row.job))

    def action_move(self, direction: Direction) -> None:
        if row := self._here():
            self._change(lambda: move(row.job, direction))

    @work(group="queue-leave", exclusive=True, exit_on_error=False)
    async def action_leave(self) -> None:
        from workbench.ui.screens.stop_dialog import leave_dialog

        if (row := self._here()) is None:
            return
        if await self.app.push_screen_wait(leave_dialog(row.job)) is not None:
            self._change(lambda: request_stop(row.job))

    @work(thread=True, group="queue-change", exit_on_error=False)
    def _change(self, change: Callable[[], object]) -> None:
        """Do it aside, for the queue may be held by somebody else for a moment; then look."""
        change()
        self.app.call_from_thread(self._look)


def _columns(rows: list[QueueRow]) -> tuple[Column, ...]:
    """No more room for devices than they need: the rest is for the jobs' names, which are long and alike."""
    devices = max(cell_len(text) for text in (_("devices"), *(row.devices_text for row in rows)))
    return (
        Column(N_("place"), 5),
        Column(N_("state"), 11),
        Column(N_("job"), keeps_end=True),
        Column(N_("devices"), min(devices, _WIDEST_DEVICES)),
        Column(N_("behind"), from_width=90, keeps_end=True),
    )


def _cells(row: QueueRow) -> tuple[Cell, ...]:
    state = (f"{row.state.symbol} {_(row.state.word)}", STATE_ROLES[row.state])
    return (row.place_mark, state, printable(row.job.id), printable(row.devices_text), printable(row.waits_for))
