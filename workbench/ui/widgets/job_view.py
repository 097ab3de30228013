"""One job on screen: its state, the plot, the figures, and beside them answers, scores, log and facts.

It shows what a `JobWatch` knows and reads nothing itself but the log, whose tail belongs to what is visible.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import TabbedContent, TabPane

from workbench.i18n import N_, _
from workbench.jobs.events import Progress
from workbench.jobs.tail import LogTail
from workbench.ui import answers_text, job_text
from workbench.ui.job_watch import JobWatch
from workbench.ui.scored_text import scored_text, wrong_text
from workbench.ui.widgets.log_view import LogView
from workbench.ui.widgets.loss_plot import LossPlot
from workbench.ui.widgets.plot_drawing import PlotRun
from workbench.ui.widgets.quiet_static import QuietStatic

TABS = (
    ("answers", N_("Answers"), N_("What it answers as it learns")),
    ("scores", N_("Scores"), N_("How its checkpoints score")),
    ("log", N_("Log"), N_("The end of its log")),
    ("about", N_("About"), N_("Its folder, command and decisions")),
)
"""Name, title and explanation of each tab; texts are translated when shown."""


class JobView(Vertical):
    """Plot and figures above (or left of) the tabs."""

    DEFAULT_CSS = """
    JobView {
        #job-line { height: 1; background: $surface; }
        #job-ladder { height: auto; padding: 0 1; color: $text-warning; }
        #job-outcome { height: auto; max-height: 6; padding: 0 1; }
        #job-stages { height: auto; max-height: 8; padding: 0 1; }
        #job-body { height: 1fr; layout: vertical; }
        #job-left { height: 3fr; min-height: 8; }
        #job-figures { height: auto; padding: 0 1; background: $surface; }
        #job-tabs { height: 2fr; min-height: 5; }
        TabPane { padding: 0 1; }
        VerticalScroll { height: 1fr; }
        LogView { height: 1fr; background: $background; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.shown: JobWatch | None = None
        self._compared: Sequence[JobWatch] = ()
        self._log_tail: LogTail | None = None

    def compose(self) -> ComposeResult:
        yield QuietStatic(id="job-line")
        yield QuietStatic(id="job-ladder")
        yield QuietStatic(id="job-outcome")
        yield QuietStatic(id="job-stages")
        with Vertical(id="job-body"):
            with Vertical(id="job-left"):
                yield LossPlot(id="job-plot")
                yield QuietStatic(id="job-figures")
            titles = {name: _(title) for name, title, _about in TABS}
            with TabbedContent(id="job-tabs"):
                with TabPane(titles["answers"], id="answers"), VerticalScroll():
                    yield QuietStatic(id="job-answers")
                with TabPane(titles["scores"], id="scores"), VerticalScroll():
                    yield QuietStatic(id="job-scores")
                with TabPane(titles["log"], id="log"):
                    yield LogView(id="job-log")
                with TabPane(titles["about"], id="about"), VerticalScroll():
                    yield QuietStatic(id="job-about")

    @property
    def plot(self) -> LossPlot:
        return self.query_one(LossPlot)

    def open_job(self, watch: JobWatch, compared: Sequence[JobWatch]) -> None:
        """Show another job, with others on the same plot."""
        is_new = self.shown is None or self.shown.job != watch.job
        if is_new:
            self.query_one("#job-left").display = watch.is_training
        self.shown, self._compared = watch, compared
        if is_new:
            self.plot.window, self.plot.cursor = None, None
            self.query_one(LogView).clear()
            self._log_tail = LogTail(watch.job.log_path)
            self._log_tail.skip_to_last()
        shown = (watch, *compared)
        labels = job_text.distinct_labels([one.job.id for one in shown])
        self.plot.runs = [
            PlotRun(one.job.id, one.curve.curves, label=label) for one, label in zip(shown, labels, strict=True)
        ]

    def tell(self, position: str, ladder: str | None) -> None:
        """Show everything as it is now; only what differs is painted.

        Args:
            position: which of how many jobs this is.
            ladder: how far stopping has got, None while nobody stops it.
        """
        if (watch := self.shown) is None:
            return
        self.query_one("#job-line", QuietStatic).tell(job_text.job_line(watch, position, self.app.size.width))
        self.query_one("#job-ladder", QuietStatic).tell(ladder)
        self.query_one("#job-outcome", QuietStatic).tell(job_text.outcome_text(watch))
        self.query_one("#job-stages", QuietStatic).tell(job_text.stages_text(self._stages_worth_showing(watch)))
        self.query_one("#job-figures", QuietStatic).tell(
            job_text.figures(watch.step, watch.state, watch.history.validations)
        )
        self._tell_plot(watch)
        self._tell_tab(watch)

    @staticmethod
    def _stages_worth_showing(watch: JobWatch) -> dict[str, Progress]:
        """All stages of a job that consists of them; of a training those before its first step."""
        return watch.stages if not watch.is_training or (watch.step is None and not watch.state.is_over) else {}

    def _tell_plot(self, watch: JobWatch) -> None:
        for run, one in zip(self.plot.runs, (watch, *self._compared), strict=True):
            run.curves, run.validation = one.curve.curves, one.history.validations
        self.plot.empty_text = _("The curve begins with the first optimiser step.")
        self.plot.redraw()

    def _tell_tab(self, watch: JobWatch) -> None:
        """Fill the tab that can be seen."""
        match self.query_one(TabbedContent).active:
            case "answers":
                self.query_one("#job-answers", QuietStatic).tell(_answers(watch))
            case "scores":
                self.query_one("#job-scores", QuietStatic).tell(_scores(watch))
            case "log":
                if self._log_tail is not None:
                    self.query_one(LogView).append(self._log_tail.poll())
            case "about":
                self.query_one("#job-about", QuietStatic).tell(job_text.about_text(watch))

    @on(TabbedContent.TabActivated)
    def _fill_tab(self) -> None:
        if self.shown is not None:
            self._tell_tab(self.shown)

    def choose_tab(self, name: str) -> None:
        """Show one of `TABS`."""
        self.query_one(TabbedContent).active = name

    def fold_plot(self) -> None:
        """Give the plot's room to the tabs, or back."""
        self.query_one("#job-left").display = not self.query_one("#job-left").display


def _answers(watch: JobWatch) -> Content:
    """Those of a training as it learns; of an evaluation those that are wrong."""
    if watch.is_training:
        return answers_text.samples_text(watch.history.samples)
    if watch.wrong_answers is None:
        is_asked = watch.record.kind == "evaluate" and not watch.state.is_over
        once = _("Here stand the wrong answers of an evaluation, once it is over.")
        return Content(once if is_asked else _("This job has no answers to show."))
    return wrong_text(watch.wrong_answers)


def _scores(watch: JobWatch) -> Content:
    """Those of a training's checkpoints, or of the models that an evaluation asks."""
    if watch.is_training:
        return answers_text.scores_text(watch.checkpoints)
    if not watch.history.scores:
        return Content(_("No score yet."))
    return scored_text(watch.history.scores, watch.warnings)
