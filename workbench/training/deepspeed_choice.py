"""Whether a run is trained under DeepSpeed, with which preset, and if not, why."""

from __future__ import annotations

from typing import NamedTuple

from workbench.configs.deepspeed_names import AUTO, NO_DEEPSPEED, chosen_preset
from workbench.i18n import _
from workbench.training.checkpoint_folders import has_zero_shards
from workbench.training.ranks import world_size
from workbench.training.session import Session


class DeepSpeedChoice(NamedTuple):
    """A preset or the path of a JSON file; or None, and the reason."""

    name: str | None
    why_not: str | None = None


def deepspeed_choice(session: Session) -> DeepSpeedChoice:
    """What the config says, and ``auto`` by the number of processes.

    A run goes on as it was begun, for optimiser states with and without DeepSpeed cannot be exchanged.
    """
    asked, checkpoint = session.config.deepspeed, session.resumed_from
    if asked == NO_DEEPSPEED:
        return DeepSpeedChoice(None, _("the config says none."))
    if checkpoint is not None and not has_zero_shards(checkpoint):
        return DeepSpeedChoice(None, _("The checkpoint was saved without it, and a run goes on as it was begun."))
    if asked == AUTO and checkpoint is not None:
        return DeepSpeedChoice(chosen_preset(AUTO, processes=2))
    name = chosen_preset(asked, processes=world_size())
    if name == NO_DEEPSPEED:
        return DeepSpeedChoice(None, _("there is nothing to share: one process trains."))
    return DeepSpeedChoice(name)
