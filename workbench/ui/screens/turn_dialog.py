"""The question whether a training whose devices are taken waits for them or begins at once."""

from __future__ import annotations

from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.ui.screens.choice import Choice, ChoiceDialog

WAIT, NOW = "wait", "now"


def turn_dialog(behind: tuple[JobFolder, ...]) -> ChoiceDialog:
    """Gives `WAIT`, `NOW`, or None if nothing is to begin.

    Args:
        behind: the jobs that are in the way.
    """
    wait = Choice(WAIT, _("Wait in the queue: it begins by itself when its turn comes"))
    now = Choice(NOW, _("Begin at once, beside them: both become slower, and the memory must do for both"))
    text = _("It is with {jobs}.").format(jobs=", ".join(job.id for job in behind))
    return ChoiceDialog(_("The device is taken"), text, [wait, now])
