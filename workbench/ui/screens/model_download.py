"""A dialog for a model that is not on this machine: where to fetch it from, then how far it is."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.timer import Timer
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from workbench.errors import WorkbenchError
from workbench.hub.mirrors import HF_MIRROR, OFFICIAL, endpoint_in_force, endpoint_of, use_in_this_process
from workbench.i18n import N_, _
from workbench.jobs.folder import JobFolder
from workbench.jobs.results import results_of
from workbench.jobs.state import JobState
from workbench.jobs.stop import request_stop
from workbench.preferences import keep_preferences, read_preferences
from workbench.text import printable
from workbench.ui.job_text import outcome_text, stages_text
from workbench.ui.job_watch import JobWatch
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.field_controls import LineInput
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.quiet_static import QuietStatic

_MODELSCOPE = "modelscope"
_SECONDS_BETWEEN_LOOKS = 0.5
_PLACES = (
    (OFFICIAL, N_("huggingface.co")),
    (HF_MIRROR, N_("hf-mirror.com, a mirror of it (your login is not sent there)")),
    (_MODELSCOPE, N_("ModelScope (names there are often others)")),
)


class ModelDownload(TranslatedModal[str | None]):
    """Gives what to load instead of the name: the name itself, or the folder it was put in; None if it is not here.

    A download that was started goes on when the dialog is left.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "stop", N_("Stop"), id="download.stop", tooltip=N_("Stop it; started again it goes on there")),
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Close; a download goes on")),
        *(Binding(str(number), f"take({number})", show=False) for number in range(1, len(_PLACES) + 1)),
    ]
    DEFAULT_CSS = """
    ModelDownload {
        .dialog { max-width: 90; }
        OptionList { margin-top: 1; height: auto; }
        LineInput { background: $panel; padding: 0 1; margin-top: 1; }
        #download-news { margin-top: 1; }
    }
    """

    def __init__(self, project: Path, name: str) -> None:
        super().__init__()
        self._project, self._model = project, name
        self._watch: JobWatch | None = None
        self._looking: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("The model is not on this machine"), classes="dialog-title", markup=False)
            yield Static(printable(self._model), markup=False)
            yield OptionList(*self._options(), id="download-places", markup=False)
            yield LineInput(placeholder=_("… or a mirror's address, then enter"), id="download-address", compact=True)
            yield QuietStatic(id="download-news")
            yield Label(_("enter fetches it from there"), classes="muted", id="download-hint", markup=False)
        yield FittedFooter()

    def _options(self) -> list[Option]:
        return [Option(f"{number}  {_(text)}", id=place) for number, (place, text) in enumerate(_PLACES, start=1)]

    def on_mount(self) -> None:
        options, address = self.query_one(OptionList), self.query_one(Input)
        options.highlighted = 0
        options.focus()
        try:
            used = endpoint_in_force(None, read_preferences().mirror)
        except WorkbenchError as error:
            self._say(error)
            return
        known = [place for place, _text in _PLACES]
        if used in known:
            options.highlighted = known.index(used)
        else:
            address.value = used
            address.focus()

    # -- where from

    def action_take(self, number: int) -> None:
        """Fetch from the place with this number."""
        self._begin(_PLACES[number - 1][0])

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self._begin(str(event.option_id))

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        try:
            self._begin(endpoint_of(event.value))
        except WorkbenchError as error:
            self._say(error)

    def _begin(self, place: str) -> None:
        if self._watch is not None and not self._watch.state.is_over:
            return
        if place != _MODELSCOPE:
            keep_preferences(mirror=place)
            use_in_this_process(place)  # what the app starts from now on asks there too
        self.query_one(QuietStatic).tell(_("The download starts …"))
        self._start(place)

    @work(thread=True, group="download-start", exclusive=True, exit_on_error=False)
    def _start(self, place: str) -> None:
        from workbench.actions.download import HUGGING_FACE, MODEL_SCOPE, start_download

        is_modelscope = place == _MODELSCOPE
        try:
            job = start_download(
                self._model,
                project=self._project,
                hub=MODEL_SCOPE if is_modelscope else HUGGING_FACE,
                mirror=None if is_modelscope else place,
            )
            watch = JobWatch.open(job)
        except WorkbenchError as error:
            self.app.call_from_thread(self._say, error)
        else:
            self.app.call_from_thread(self._follow, watch)

    def _say(self, error: WorkbenchError) -> None:
        self.query_one(QuietStatic).tell(printable(str(error)))

    # -- how far

    def _follow(self, watch: JobWatch) -> None:
        if not self.is_mounted:
            return
        self._watch = watch
        self._set_choosing(False)
        self._looking = self.set_interval(_SECONDS_BETWEEN_LOOKS, self._look)
        self._look()

    def _set_choosing(self, choosing: bool) -> None:
        """Show the places to choose from, or what to do while the bytes come."""
        self.query_one(OptionList).display = choosing
        self.query_one(LineInput).display = choosing
        hint = _("enter fetches it from there") if choosing else _("escape closes this; the download goes on")
        self.query_one("#download-hint", Label).update(hint)
        self.set_focus(self.query_one(OptionList) if choosing else None)
        self.refresh_bindings()

    def _look(self) -> None:
        watch = self._watch
        if watch is None:
            return
        watch.poll()
        if not watch.state.is_over:
            if watch.stages:
                self.query_one(QuietStatic).tell(stages_text(watch.stages))
            return
        if self._looking:
            self._looking.stop()
        if watch.state is JobState.FINISHED:
            self.dismiss(self._what_to_load(watch.job))
            return
        self._set_choosing(True)
        self.query_one(QuietStatic).tell(outcome_text(watch) or _("Stopped; it goes on where it was."))

    def _what_to_load(self, job: JobFolder) -> str:
        """A model in the cache is found by its name, another one by its folder."""
        is_cached = job.record.arguments["hub"] != _MODELSCOPE
        return self._model if is_cached else str(results_of(job).get("model", self._model))

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Stop is offered while there is something to stop."""
        return action != "stop" or (self._watch is not None and not self._watch.state.is_over)

    def action_stop(self) -> None:
        if self._watch is not None:
            try:
                request_stop(self._watch.job)
            except WorkbenchError as error:
                self._say(error)
