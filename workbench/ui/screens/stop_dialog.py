"""The question how to stop a job: the rungs of the ladder that are left to take."""

from __future__ import annotations

from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.state import JobState
from workbench.ui.job_watch import JobWatch
from workbench.ui.screens.choice import Choice, ChoiceDialog

SAVE, NOW = "save", "now"


def stop_dialog(watch: JobWatch) -> ChoiceDialog:
    """Gives `SAVE`, `NOW`, or None if the job is to go on."""
    if watch.state.is_queued:
        return leave_dialog(watch.job)
    if watch.record.kind != "train":
        return _ending_dialog(watch)
    save = Choice(SAVE, _("Stop and save: write a checkpoint at the end of this step, then end"))
    now = Choice(NOW, _("Stop now: end its processes; work since the last checkpoint is lost"))
    text = _("First it is asked to save and end. Ending it at once is for when it does not answer.")
    is_asked = watch.state is JobState.STOPPING
    if is_asked:
        text = _("It was asked to save and end, and does so at the end of its step.")
    return ChoiceDialog(_("Stop {job}?").format(job=watch.job.id), text, [now] if is_asked else [save, now])


def _ending_dialog(watch: JobWatch) -> ChoiceDialog:
    """Of a job that saves no checkpoints."""
    end = Choice(SAVE, _("Stop: let it end what it is doing"))
    now = Choice(NOW, _("Stop now: end its processes"))
    is_asked = watch.state is JobState.STOPPING
    asked, first = _("It was asked to end."), _("First it is asked to end.")
    text = f"{asked if is_asked else first} " + _("Ending it at once is for when it does not answer.")
    return ChoiceDialog(_("Stop {job}?").format(job=watch.job.id), text, [now] if is_asked else [end, now])


def leave_dialog(job: JobFolder) -> ChoiceDialog:
    """Whether a job that waits is to leave the queue: `SAVE`, or None."""
    title, leave = _("Take {job} out of the queue?"), Choice(SAVE, _("Take it out; it can be resumed later"))
    return ChoiceDialog(title.format(job=job.id), _("It waits for a device and does not run."), [leave])
