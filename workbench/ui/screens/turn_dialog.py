"""The question whether a training whose devices are taken waits for them or begins at once."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.app import App

from workbench.actions.devices import device_wish
from workbench.configs.schema import TrainConfig
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.queue import in_the_way
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


async def ask_for_turn(app: App[Any], config: TrainConfig) -> str | None:
    """`NOW` if the training's devices are free; else what the user chooses, None for nothing.

    Raises:
        WorkbenchError: the devices cannot be had, or the user's state folder cannot be written.
    """
    behind = await asyncio.to_thread(lambda: in_the_way(device_wish(config)))
    return await app.push_screen_wait(turn_dialog(behind)) if behind else NOW
