"""The Checkpoints area: every weight on the disk, what is known of it, and what can become of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static, Tree

from workbench.actions.convert import start_convert
from workbench.actions.merge import start_merge
from workbench.actions.weights import space_of
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.jobs.results import results_of
from workbench.jobs.state import JobState
from workbench.text import printable
from workbench.ui import job_text
from workbench.ui.project_weights import ProjectWeights
from workbench.ui.scored_text import scored_text
from workbench.ui.screens import checkpoints_keys
from workbench.ui.screens.area import SMALLEST
from workbench.ui.screens.weights_asking import WeightsAsking
from workbench.ui.screens.weights_comparing import WeightsComparing
from workbench.ui.screens.weights_deleting import WeightsDeleting
from workbench.ui.screens.weights_filtering import WeightsFilter, WeightsFiltering
from workbench.ui.screens.weights_sending import FOR_IMPORT, WeightsSending
from workbench.ui.shown_path import shown_path
from workbench.ui.weights_rows import RESULT_TITLES, CheckpointRow, Found, Made, Row, Training
from workbench.ui.weights_text import detail_of
from workbench.ui.weights_use import adapter_to_merge, chat_with, merge_base, merge_tower
from workbench.ui.widgets.job_progress import JobProgress
from workbench.ui.widgets.quiet_static import QuietStatic
from workbench.ui.widgets.weights_tree import WeightsTree
from workbench.weights.facts import Kind

_POLL_SECONDS = 0.5
_LOOKS_BETWEEN_READS = 4
_RESULTS = (*RESULT_TITLES, "folder", "gguf")
_EMPTY = N_("No checkpoints yet. They come with the first training: f5.")
_LOOKING = N_("Looking for checkpoints and models …")
_TALKING = {"adapter", "model", "merged", "llava"}


class CheckpointsScreen(WeightsFiltering, WeightsDeleting, WeightsComparing, WeightsSending, WeightsAsking):
    """A tree of weights, what is known of the chosen ones, and the progress of what was started here."""

    AREA = "checkpoints"
    CSS_PATH = "checkpoints.tcss"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - as Textual declares it
        (0, "-too-narrow"),
        (SMALLEST[0], "-narrow"),
        (110, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = checkpoints_keys.BINDINGS

    def __init__(self) -> None:
        super().__init__()
        self._wanted_job: str | None = None
        self._looks = 0

    def compose_area(self) -> ComposeResult:
        yield WeightsFilter()
        with Container(id="weights-body"):
            yield WeightsTree(id="weights-tree")
            with VerticalScroll(id="weights-detail"):
                yield QuietStatic(id="weights-text")
        yield Static(_(_LOOKING), id="weights-empty", markup=False)
        yield JobProgress(id="weights-progress")

    # -- coming and going

    def on_mount(self) -> None:
        self.weights = ProjectWeights(self.workbench.project, self.folders_added)
        self.read()
        self.look_every(_POLL_SECONDS, self._look)
        self.query_one(WeightsTree).focus()

    def arrive(self, **context: Any) -> None:
        """Show the checkpoints of ``job`` (a folder or its id)."""
        if (job := context.get("job")) and (found := self.job_meant(job)):
            self._wanted_job = found.id
            self.read()

    def recomposed(self) -> None:
        if self.weights is not None:
            self._fill(self.weights)

    def on_screen_resume(self) -> None:
        self.read()

    # -- what is there

    @work(thread=True, group="weights-read", exclusive=True, exit_on_error=False)
    def read(self, *, at_once: bool = False) -> None:
        """Look at the disk aside; paint only if something changed."""
        weights, is_wanted = self.weights, self._wanted_job is not None or self.wanted_path is not None
        if weights is None:
            return
        show = partial(self.app.call_from_thread, self._fill, weights)
        if weights.read(at_once=at_once or is_wanted, on_jobs=show) or is_wanted:
            show()

    def _fill(self, weights: ProjectWeights) -> None:
        tree = self.query_one(WeightsTree)
        if self._wanted_job is not None or self.wanted_path is not None:
            with self.prevent(Input.Changed):
                self.query_one(WeightsFilter).value = ""
        tree.fill(weights, self.words)
        empty = self.query_one("#weights-empty", Static)
        empty.display = weights.is_empty
        empty.update(_(_EMPTY if weights.has_looked else _LOOKING))
        self.query_one("#weights-body").display = not weights.is_empty
        self.tell_of_left_over(weights)
        if self._wanted_job is not None:
            tree.choose_training(self._wanted_job)
        if self.wanted_path is not None:
            tree.choose_path(self.wanted_path)
        self._wanted_job = self.wanted_path = None
        self._tell_detail()  # what is known of the same row may be more now

    def _look(self) -> None:
        """Follow the job that was started here; now and then look for what others did."""
        if not self.is_current:
            return
        self._looks += 1
        if self._looks % _LOOKS_BETWEEN_READS == 0:
            self.read()
        self.query_one(JobProgress).look()

    @on(Tree.NodeHighlighted)
    def _show_detail(self) -> None:
        self._tell_detail()
        self.query_one("#weights-detail").scroll_home(animate=False)

    def _tell_detail(self) -> None:
        assert self.weights is not None
        self.query_one("#weights-text", QuietStatic).tell(detail_of(self.chosen, self.weights))

    # -- converting and merging

    def action_convert(self) -> None:
        match self.chosen:
            case CheckpointRow(info=info) if info.path is not None:
                reference = str(info.path)
            case Training(job=job):
                reference = str(job.path)
            case Found(facts=facts) if facts.kind in FOR_IMPORT:
                self.action_import()
                return
            case Found(facts=facts) if facts.kind in {Kind.CHECKPOINT, Kind.DEEPSPEED, Kind.LLAVA}:
                reference = str(facts.path)
            case _:
                self.notify(_("Choose a checkpoint to convert."))
                return
        self.start(lambda: start_convert(reference, project=self.workbench.project))

    @work(group="weights-dialog", exclusive=True, exit_on_error=False)
    async def action_merge(self) -> None:
        """Merge, once the base is on this machine, and the vision tower of a model that sees."""
        row, project, facts = self.chosen, self.workbench.project, self.chosen_facts
        folder, base, tower = adapter_to_merge(row), merge_base(row, facts), merge_tower(facts)
        if base is not None and (base := await self.fetched(base)) is None:
            return
        if tower is not None and (tower := await self.fetched(tower)) is None:
            return
        self.start(lambda: start_merge(folder, project=project, base=base, visual_encoder=tower))

    @on(JobProgress.Ended)
    def _tell_result(self, event: JobProgress.Ended) -> None:
        """Where the result is and what to do with it, or why there is none."""
        watch = event.watch
        results = results_of(watch.job)
        made = next((str(results[kind]) for kind in _RESULTS if kind in results), None)
        progress = self.query_one(JobProgress)
        if watch.state is not JobState.FINISHED or not results:
            progress.tell(job_text.outcome_text(watch))
        elif watch.record.kind == "compare":
            progress.tell("")
            self.show_comparison(watch.job)
        elif watch.history.scores:
            text = _("f5 and j show the job: {job}").format(job=printable(watch.job.id))
            progress.tell(Content("\n").join([scored_text(watch.history.scores, watch.warnings), Content(text)]))
        elif made is not None:
            shown = shown_path(Path(made), self.workbench.project)
            text = _("✓ The result is in {path}")
            if not _TALKING.isdisjoint(results):
                text = _("✓ The result is in {path}   t: chat with it")
            progress.tell(text.format(path=shown))
            self.wanted_path = made
            self.read(at_once=True)
        else:
            progress.tell(f"{watch.state.symbol} {_(watch.state.word)}  {watch.record.name}")

    # -- the disk

    @work(thread=True, group="weights-space", exclusive=True, exit_on_error=False)
    def action_space(self) -> None:
        from workbench.ui.screens.space import SpaceScreen

        assert self.weights is not None
        deleted = sum(item.bytes for item in self.weights.trash)
        space = space_of(self.weights.everything(), self.workbench.project)
        screen = SpaceScreen(space, self.workbench.project, deleted=deleted, cached=self.weights.cached_bytes)
        self.app.call_from_thread(self.app.push_screen, screen, self._go_to)

    def _go_to(self, path: Path | None) -> None:
        if path is not None:
            self.query_one(WeightsTree).choose_path(str(path))

    # -- going on

    @on(Tree.NodeSelected)
    def _open(self, event: Tree.NodeSelected[Row | None]) -> None:
        if isinstance(event.node.data, CheckpointRow | Made | Found):
            self.action_chat()

    def action_chat(self) -> None:
        try:
            chosen = chat_with(self.chosen, self.chosen_facts)
        except WorkbenchError as error:
            self.workbench.show_error(error)
        else:
            self.workbench.go("chat", chosen=chosen)

    def action_watch(self) -> None:
        match self.chosen:
            case Training(job=job):
                self.workbench.go("train", job=job)
            case CheckpointRow(training=training):
                self.workbench.go("train", job=training.job)
            case Made(job=job):
                self.workbench.go("train", job=job)
            case _:
                self.notify(_("No job of this project made it."))
