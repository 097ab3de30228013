"""A sweep: its trainings as a table, their curves on one plot, and which one is the best."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Label

from workbench.actions.sweep_table import SweepTable
from workbench.i18n import N_, _
from workbench.jobs.curve import Curve
from workbench.jobs.folder import JobFolder
from workbench.jobs.sweeps import CONTINUED, SweepFolder, list_sweeps
from workbench.text import printable
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.sweep_columns import sweep_cells, sweep_columns
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.fitted_table import Column, FittedTable, Row
from workbench.ui.widgets.loss_plot import LossPlot
from workbench.ui.widgets.plot_drawing import PlotRun
from workbench.ui.widgets.plot_top_row import MOST_RUNS
from workbench.ui.widgets.quiet_static import QuietStatic

_POLL_SECONDS = 2.0


class SweepScreen(TranslatedModal[JobFolder | None]):
    """Gives the training to watch, None if the user went back.

    The plot shows the training under the cursor first, then the best, then the others in their order, as many as it
    has colours for.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "watch",
            N_("Watch"),
            id="sweep.watch",
            tooltip=N_("Watch the training under the cursor"),
            priority=True,
        ),
        Binding("v", "series", N_("Series"), id="sweep.series", tooltip=N_("Loss, learning rate, gradient norm")),
        Binding("o", "other(1)", N_("Older"), id="sweep.older", tooltip=N_("The sweep before this one")),
        Binding("n", "other(-1)", N_("Newer"), id="sweep.newer", tooltip=N_("The sweep after this one")),
        Binding("a", "add", N_("New"), id="sweep.new", tooltip=N_("Start another sweep")),
        Binding("c", "go_on", N_("Continue"), id="sweep.continue", tooltip=N_("Start what is missing or was stopped")),
        Binding("s", "stop", N_("Stop"), id="sweep.stop", tooltip=N_("All leave the queue; running ones save")),
        Binding("escape", "dismiss", N_("Back"), id="dialog.back", tooltip=N_("Close")),
    ]
    CSS_PATH = "sweep.tcss"

    def __init__(self, project: Path) -> None:
        super().__init__()
        self._project = project
        self._number = self._count = 0
        """Which sweep, from the newest, and how many there are."""
        self._table: SweepTable | None = None
        self._curves: dict[Path, Curve] = {}

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("Sweep"), classes="dialog-title", markup=False)
            yield FittedTable((Column(" "),), id="sweep-table")
            yield QuietStatic(id="sweep-best")
            yield LossPlot(id="sweep-plot")
        yield FittedFooter()

    def on_mount(self) -> None:
        self.query_one(FittedTable).focus()
        self.set_interval(_POLL_SECONDS, self._look)
        self._look()

    @work(thread=True, group="sweep-look", exclusive=True, exit_on_error=False)
    def _look(self) -> None:
        """Read the sweep aside; what was read of a curve stays read."""
        from workbench.actions.sweep_table import sweep_table

        sweeps = list_sweeps(self._project)
        if not sweeps:
            self.app.call_from_thread(self._show_nothing)
            return
        self._number = min(max(self._number, 0), len(sweeps) - 1)
        table = sweep_table(sweeps[self._number])
        for row in table.rows:
            if row.job is None:
                continue
            if (curve := self._curves.get(row.job.path)) is None:
                self._curves[row.job.path] = Curve.open(row.job.events_path)
            else:
                curve.advance(budget_s=0.2)
        self.app.call_from_thread(self._show, table, len(sweeps))

    def _show_nothing(self) -> None:
        self.query_one("#sweep-best", QuietStatic).tell(
            _("No sweep yet. Key a starts one; so does: workbench sweep CONFIG --set lr=1e-4,2e-4 --set lora.r=8,16")
        )
        self.query_one(FittedTable).display = self.query_one(LossPlot).display = False

    def _show(self, table: SweepTable, count: int) -> None:
        if not self.is_mounted:
            return
        self._table, self._count = table, count
        place = f"  {self._number + 1}/{count}" if count > 1 else ""
        self.query_one(".dialog-title", Label).update(printable(f"{table.sweep.id}{place}"))
        rows = [Row(row.point.name, sweep_cells(table, number)) for number, row in enumerate(table.rows)]
        self.query_one(FittedTable).display = self.query_one(LossPlot).display = True
        self.query_one(FittedTable).set_table(sweep_columns(table), rows)
        best = f"★ {table.best.point.name}  \t{table.reason}" if table.best else ""
        self.query_one("#sweep-best", QuietStatic).tell(printable(best))
        self._draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done with this sweep, or with the training under the cursor, stands in the footer."""
        rows = self._table.rows if self._table else []
        match action:
            case "watch":
                return self.is_mounted and self._job_here() is not None
            case "series":
                return bool(rows)
            case "other":
                return 0 <= self._number + parameters[0] < self._count if isinstance(parameters[0], int) else None
            case "go_on":
                return any(row.state is None or row.state in CONTINUED for row in rows)
            case "stop":
                return any(row.state is not None and not row.state.is_over for row in rows)
        return True

    @on(DataTable.RowHighlighted)
    def _draw(self) -> None:
        """The curves of the trainings, that under the cursor first, and the keys for it."""
        if (table := self._table) is None:
            return
        self.refresh_bindings()
        chosen = self.query_one(FittedTable).chosen_key
        labels = {
            row.point.name: " ".join(row.point.settings.get(name, "–") for name in table.fields) for row in table.rows
        }
        first = [row for row in table.rows if row.point.name == chosen] + [
            row for row in table.rows if row is table.best
        ]
        ordered = dict.fromkeys(row.point.name for row in [*first, *table.rows])
        jobs = {row.point.name: row.job for row in table.rows if row.job is not None}
        known = [(name, self._curves.get(jobs[name].path)) for name in ordered if name in jobs]
        plot = self.query_one(LossPlot)
        plot.empty_text = _("The curves begin with the first optimiser steps.")
        plot.show(
            [PlotRun(name, curve.curves, label=printable(labels[name])) for name, curve in known if curve is not None][
                :MOST_RUNS
            ]
        )

    # -- what the keys do

    def _job_here(self) -> JobFolder | None:
        key = self.query_one(FittedTable).chosen_key
        rows = self._table.rows if self._table else []
        return next((row.job for row in rows if row.point.name == key), None)

    @on(DataTable.RowSelected)
    def action_watch(self) -> None:
        if job := self._job_here():
            self.dismiss(job)

    def action_series(self) -> None:
        self.query_one(LossPlot).next_series()

    def action_other(self, older: int) -> None:
        self._number += older
        self._look()

    @work(group="sweep-new", exclusive=True, exit_on_error=False)
    async def action_add(self) -> None:
        from workbench.ui.screens.sweep_prompt import SweepPrompt

        if line := await self.app.push_screen_wait(SweepPrompt(self._project)):
            self._add(line)

    @work(thread=True, group="sweep-change", exclusive=True, exit_on_error=False)
    def _add(self, line: str) -> None:
        from workbench.actions.sweep import make_sweep
        from workbench.ui.screens.sweep_prompt import wanted_sweep

        found, points = wanted_sweep(line, self._project)
        sweep = make_sweep(found.config, found.name, points, project=self._project)
        self._number = 0
        self._start(sweep)

    def action_go_on(self) -> None:
        if self._table is not None:
            self._go_on(self._table.sweep)

    @work(thread=True, group="sweep-change", exclusive=True, exit_on_error=False)
    def _go_on(self, sweep: SweepFolder) -> None:
        self._start(sweep)

    def _start(self, sweep: SweepFolder) -> None:
        """Runs in a worker's thread."""
        from workbench.actions.sweep import start_points

        started = sum(1 for _started in start_points(sweep))
        text = _("{count} trainings were put into the queue.").format(count=started)
        self.app.call_from_thread(self.notify, text)
        self.app.call_from_thread(self._look)

    def action_stop(self) -> None:
        if self._table is not None:
            self._stop(self._table.sweep)

    @work(thread=True, group="sweep-change", exclusive=True, exit_on_error=False)
    def _stop(self, sweep: SweepFolder) -> None:
        from workbench.actions.sweep import stop_points

        text = _("{count} trainings were asked to end; c goes on with them.").format(count=len(stop_points(sweep)))
        self.app.call_from_thread(self.notify, text)
        self.app.call_from_thread(self._look)
