"""Whether a checkpoint's state can be gone on with under the settings of now. Light: looks at names of files only."""

from __future__ import annotations

from pathlib import Path

from workbench.configs.deepspeed_names import AUTO, NO_DEEPSPEED, SHARED, zero_stage
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.training.checkpoint_folders import has_zero_shards, rank_count
from workbench.training.optimizer_names import optimizer_name

_CARRIED = "adamw_torch"
"""transformers' name of the one optimiser whose state `workbench.training.carried_state` can give another layout."""


def require_deepspeed_stays(checkpoint: Path, config: TrainConfig) -> None:
    """Without it the optimiser would begin anew, for its state lies in DeepSpeed's shards.

    Raises:
        WorkbenchError: the checkpoint was saved under DeepSpeed, and the config has none.
    """
    if has_zero_shards(checkpoint) and config.deepspeed == NO_DEEPSPEED:
        raise WorkbenchError(
            _("The checkpoint was saved under DeepSpeed, and the config says deepspeed: none."),
            where=str(checkpoint),
            fix=_("Name the preset that it was saved under, for example --deepspeed zero2."),
        )


def require_carried(checkpoint: Path, begun: TrainConfig, now: TrainConfig, *, processes: int) -> None:
    """Look whether the state can be given to another DeepSpeed preset or number of processes.

    Args:
        begun: the settings that the checkpoint was saved with.
        processes: of now, on all machines.

    Raises:
        WorkbenchError: it cannot; says what can.
    """
    require_deepspeed_stays(checkpoint, now)
    if not has_zero_shards(checkpoint):
        if now.deepspeed not in {begun.deepspeed, AUTO, NO_DEEPSPEED}:
            raise WorkbenchError(
                _("The checkpoint was saved without DeepSpeed, and its optimiser's state cannot be taken into it."),
                where=str(checkpoint),
                fix=_("Go on without --deepspeed, or start a new run without --resume."),
            )
        return
    stays = _stage(begun) == _stage(now) and rank_count(checkpoint) == processes
    if not stays and optimizer_name(now.optim_type, with_deepspeed=True) != _CARRIED:
        raise WorkbenchError(
            _("The state of this optimiser cannot be carried over to other processes or another ZeRO stage."),
            where=str(checkpoint),
            fix=_("Go on with the number of processes and the DeepSpeed preset that it was saved with."),
        )


def _stage(config: TrainConfig) -> int:
    return zero_stage(SHARED if config.deepspeed == AUTO else config.deepspeed)
