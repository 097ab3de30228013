"""How far a job is that asks a chat service, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.events import Failed, Finished
from workbench.jobs.folder import JobFolder
from workbench.text import printable
from workbench.ui.job_text import stages_text, state_text
from workbench.ui.job_watch import JobWatch

_SECONDS_BETWEEN_LOOKS = 0.5
_FIGURES = ("rows_added", "left_out", "not_asked")


class SheetProgress(Static):
    """Hidden until there is a job to follow."""

    DEFAULT_CSS = "SheetProgress { width: 1fr; height: auto; max-height: 8; padding: 0 1; display: none; }"

    @dataclass
    class Ended(Message):
        """The job is over: the sheet is as it left it."""

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._watch: JobWatch | None = None
        self._looking: Timer | None = None

    def follow(self, job: JobFolder) -> None:
        """Show this job from now on."""
        if self._looking:
            self._looking.stop()
        self._watch = JobWatch.open(job)
        self._looking = self.set_interval(_SECONDS_BETWEEN_LOOKS, self._look)
        self.display = True
        self._look()

    def _look(self) -> None:
        watch = self._watch
        if watch is None:
            return
        try:
            watch.poll()
        except WorkbenchError as error:  # the folder of the job was removed
            self.update(printable(str(error)))
            self._end()
            return
        self.update(_text(watch))
        if watch.state.is_over and watch.caught_up:
            self._end()

    def _end(self) -> None:
        if self._looking:
            self._looking.stop()
        self._watch = self._looking = None
        self.post_message(self.Ended())


def _text(watch: JobWatch) -> Content:
    """The state, and how far it is or how it ended."""
    head = Content.assemble(state_text(watch.state), "  ", printable(watch.job.id))
    lines = [head, *(stages_text(watch.stages).split("\n") if watch.stages and not watch.state.is_over else ())]
    lines += [Content("! " + printable(warning.message)) for warning in watch.warnings[-1:]]
    match watch.outcome:
        case Finished(results=results):
            said = _("rows added: {rows_added}, left out: {left_out}, not asked: {not_asked}")
            lines.append(Content(said.format(**{name: results.get(name, 0) for name in _FIGURES})))
        case Failed(reason=reason, hint=hint):
            lines.append(Content.styled(printable(reason), "$text-error"))
            lines += [Content("→ " + printable(hint))] if hint else []
    return Content("\n").join(lines)
