"""The line of a job that was started here: how far it is."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from workbench.i18n import _
from workbench.text import printable
from workbench.ui import job_text
from workbench.ui.job_watch import JobWatch
from workbench.ui.widgets.quiet_static import QuietStatic


class JobProgress(QuietStatic):
    """Follows one job; the last that was started."""

    DEFAULT_CSS = "JobProgress { height: auto; max-height: 5; padding: 0 1; background: $surface; }"

    @dataclass
    class Ended(Message):
        """The job is over, and everything it said is read."""

        watch: JobWatch

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._watch: JobWatch | None = None

    def follow(self, watch: JobWatch) -> None:
        """Show this job from now on."""
        self._watch = watch
        self._tell(watch)

    def look(self) -> None:
        """Read what is new of it."""
        if (watch := self._watch) is None:
            return
        watch.poll()
        self._tell(watch)
        if watch.state.is_over and watch.caught_up:
            self._watch = None
            self.post_message(self.Ended(watch))

    def _tell(self, watch: JobWatch) -> None:
        stage = next(reversed(watch.stages.values()), None)
        line = job_text.stage_line(stage) if stage else _("starting")
        self.tell(f"{watch.state.symbol} {_(watch.state.word)}  {printable(watch.record.name)}  {line}")
