"""The Checkpoints area: compare a training's checkpoints, convert and merge them, and go and chat with the result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.widgets import Static, Tree

from workbench.actions.convert import start_convert
from workbench.actions.merge import start_merge
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.jobs.folder import JobFolder
from workbench.jobs.results import results_of
from workbench.jobs.state import JobState
from workbench.text import printable
from workbench.ui import job_text
from workbench.ui.job_watch import JobWatch
from workbench.ui.project_weights import (
    RESULT_TITLES,
    ChatTarget,
    Made,
    ProjectWeights,
    Training,
    adapter_to_merge,
    chat_with_checkpoint,
    chat_with_made,
)
from workbench.ui.screens.area import SMALLEST, AreaScreen
from workbench.ui.shown_path import shown_path
from workbench.ui.weights_text import detail_of
from workbench.ui.widgets.quiet_static import QuietStatic
from workbench.ui.widgets.weights_tree import CheckpointRow, Row, WeightsTree

_POLL_SECONDS = 0.5
_LOOKS_BETWEEN_READS = 4


class CheckpointsScreen(AreaScreen):
    """A tree of weights, what is known of the chosen ones, and the progress of what was started here."""

    AREA = "checkpoints"
    CSS_PATH = "checkpoints.tcss"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - as Textual declares it
        (0, "-too-narrow"),
        (SMALLEST[0], "-narrow"),
        (110, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "c",
            "convert",
            N_("Convert"),
            id="checkpoints.convert",
            tooltip=N_("Make a Hugging Face adapter or model of the checkpoint"),
        ),
        Binding("m", "merge", N_("Merge"), id="checkpoints.merge", tooltip=N_("Merge the adapter into its base")),
        Binding("t", "chat", N_("Chat"), id="checkpoints.chat", tooltip=N_("Talk to it")),
        Binding("w", "watch", N_("Watch"), id="checkpoints.watch", tooltip=N_("The training's curve and log")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._weights: ProjectWeights | None = None
        self._followed: JobWatch | None = None
        self._wanted_job: str | None = None
        self._wanted_path: str | None = None
        self._looks = 0

    def compose_area(self) -> ComposeResult:
        with Container(id="weights-body"):
            yield WeightsTree(id="weights-tree")
            with VerticalScroll(id="weights-detail"):
                yield QuietStatic(id="weights-text")
        yield Static(_("No checkpoints yet. They come with the first training: f5."), id="weights-empty", markup=False)
        yield QuietStatic(id="weights-progress")

    # -- coming and going

    def on_mount(self) -> None:
        self._weights = ProjectWeights(self.workbench.project)
        self._read()
        self.look_every(_POLL_SECONDS, self._look)
        self.query_one(WeightsTree).focus()

    def arrive(self, **context: Any) -> None:
        """Show the checkpoints of ``job`` (a folder or its id)."""
        if (job := context.get("job")) and (found := self.job_meant(job)):
            self._wanted_job = found.id
            self._read()

    def recomposed(self) -> None:
        self._weights = ProjectWeights(self.workbench.project)
        self._read()

    def on_screen_resume(self) -> None:
        self._read()

    # -- what is there

    @work(thread=True, group="weights-read", exclusive=True, exit_on_error=False)
    def _read(self) -> None:
        """Look at the job folders aside; paint only if something changed."""
        weights = self._weights
        if weights is not None and (weights.read() or self._wanted_job or self._wanted_path):
            self.app.call_from_thread(self._fill, weights)

    def _fill(self, weights: ProjectWeights) -> None:
        tree = self.query_one(WeightsTree)
        tree.fill(weights)
        is_empty = not weights.trainings and not weights.made
        self.query_one("#weights-empty").display = is_empty
        self.query_one("#weights-body").display = not is_empty
        if self._wanted_job is not None:
            tree.call_after_refresh(tree.choose_training, self._wanted_job)
        if self._wanted_path is not None:
            tree.call_after_refresh(tree.choose_made, self._wanted_path)
        self._wanted_job = self._wanted_path = None

    def _look(self) -> None:
        """Follow the job that was started here; now and then look for what others did."""
        if not self.is_current:
            return
        self._looks += 1
        if self._looks % _LOOKS_BETWEEN_READS == 0:
            self._read()
        if (watch := self._followed) is None:
            return
        watch.poll()
        self._tell_progress(watch)
        if watch.state.is_over and watch.caught_up:
            self._followed = None
            self._tell_result(watch)

    @on(Tree.NodeHighlighted)
    def _show_detail(self) -> None:
        self.query_one("#weights-text", QuietStatic).tell(detail_of(self._chosen))
        self.query_one("#weights-detail").scroll_home(animate=False)

    @property
    def _chosen(self) -> Row | None:
        return self.query_one(WeightsTree).chosen

    # -- converting and merging

    def action_convert(self) -> None:
        match self._chosen:
            case CheckpointRow(info=info) if info.path is not None:
                reference = str(info.path)
            case Training(job=job):
                reference = str(job.path)
            case _:
                self.notify(_("Choose a checkpoint to convert."))
                return
        self._start(lambda: start_convert(reference, project=self.workbench.project))

    def action_merge(self) -> None:
        match self._chosen:
            case CheckpointRow(info=info):
                chosen: Any = info
            case Made() as made:
                chosen = made
            case _:
                self.notify(_("Choose a checkpoint or a converted adapter to merge."))
                return
        self._start(lambda: start_merge(adapter_to_merge(chosen), project=self.workbench.project))

    @work(thread=True, group="weights-start", exclusive=True, exit_on_error=False)
    def _start(self, start: Callable[[], JobFolder]) -> None:
        watch = JobWatch.open(start())
        self.app.call_from_thread(self._follow, watch)

    def _follow(self, watch: JobWatch) -> None:
        self._followed = watch
        self._tell_progress(watch)

    def _tell_progress(self, watch: JobWatch) -> None:
        stage = next(reversed(watch.stages.values()), None)
        line = job_text.stage_line(stage) if stage else _("starting")
        self.query_one("#weights-progress", QuietStatic).tell(
            f"{watch.state.symbol} {_(watch.state.word)}  {printable(watch.record.name)}  {line}"
        )

    def _tell_result(self, watch: JobWatch) -> None:
        """Where the result is and what to do with it, or why there is none."""
        made = {kind: str(path) for kind, path in results_of(watch.job).items() if kind in RESULT_TITLES}
        progress = self.query_one("#weights-progress", QuietStatic)
        if watch.state is JobState.FINISHED and made:
            path = next(iter(made.values()))
            progress.tell(
                _("✓ The result is in {path}   t: chat with it").format(
                    path=shown_path(Path(path), self.workbench.project)
                )
            )
            self._wanted_path = path
            self._read()
        else:
            progress.tell(job_text.outcome_text(watch))

    # -- going on

    @on(Tree.NodeSelected)
    def _open(self, event: Tree.NodeSelected[Row | None]) -> None:
        if isinstance(event.node.data, CheckpointRow | Made):
            self.action_chat()

    def action_chat(self) -> None:
        try:
            target = self._chat_target()
        except WorkbenchError as error:
            self.workbench.show_error(error)
            return
        if target is None:
            self.notify(_("This cannot be talked to as it is: convert it first (c)."))
            return
        self.workbench.go("chat", model=target.model, adapter=target.adapter, prompt_template=target.prompt_template)

    def _chat_target(self) -> ChatTarget | None:
        match self._chosen:
            case CheckpointRow(training=training, info=info):
                return chat_with_checkpoint(training, info)
            case Made() as made:
                return chat_with_made(made)
            case _:
                return None

    def action_watch(self) -> None:
        match self._chosen:
            case Training(job=job):
                self.workbench.go("train", job=job)
            case CheckpointRow(training=training):
                self.workbench.go("train", job=training.job)
            case Made(job=job):
                self.workbench.go("train", job=job)
            case None:
                return
