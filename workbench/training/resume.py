"""What a run goes on from, and whether it can go on in the way it was begun."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.checkpoints import read_history
from workbench.jobs.events import Warned
from workbench.training.checkpoint_folders import last_complete, require_complete
from workbench.training.going_on import earlier_run
from workbench.training.other_ranks import begun_with, split_among
from workbench.training.ranks import rank, world_size
from workbench.training.resumable import require_deepspeed_stays
from workbench.training.rollback import BEGINNING
from workbench.training.saving import discard_unfinished
from workbench.training.session import Session

AUTO = "auto"


def resume(session: Session, asked: str | None) -> None:
    """Settle what the run goes on from, and take over what is known of the base model.

    Args:
        asked: a checkpoint, ``auto`` for the newest complete one, ``beginning`` to train once more from there, or None
            for a first start.

    Raises:
        WorkbenchError: the checkpoint asked for is not complete, or was saved under DeepSpeed while the config has none.
    """
    session.earlier = earlier_run(session.job)
    if rank() == 0:
        discard_unfinished(session.job.checkpoints_path)
    if asked is None:
        return
    session.goes_on = True
    if asked != BEGINNING:
        session.resumed_from = _newest(session) if asked == AUTO else require_complete(Path(asked))
    if session.resumed_from is not None:
        require_deepspeed_stays(session.resumed_from, session.config)
    history = read_history(session.job)
    session.answered_at = frozenset(sample.iter for sample in history.samples)
    session.validations = [known for known in history.validations if known.iter <= session.first_iter]
    session.base_scores = {name: score.value for name, score in history.checkpoints()[0].scores.items()}


def _newest(session: Session) -> Path | None:
    """The newest complete checkpoint, with a warning about each that is passed over; None if there is none."""
    found, torn = last_complete(session.job.checkpoints_path)
    names = (*session.earlier.not_whole, *(folder.name for folder, _missing in torn))
    session.earlier = replace(session.earlier, not_whole=names)
    message = _("A checkpoint is passed over: {file} is missing, cut off or damaged.")
    instead = _("The training goes on from {checkpoint} instead.").format(checkpoint=found.name) if found else None
    for folder, missing in torn:
        session.say(Warned(message=message.format(file=missing), where=str(folder), fix=instead))
    if found is None:
        nothing = _("There is no complete checkpoint to go on from: the training begins anew.")
        session.say(Warned(message=nothing, where=str(session.job.checkpoints_path)))
    return found


def keep_samples(session: Session) -> None:
    """Let the processes of now train the same samples in each optimiser step as those with which the run was begun.

    Raises:
        WorkbenchError: the samples cannot be shared evenly among them.
    """
    checkpoint, config = session.resumed_from, session.config
    session.begun_with = world_size() if checkpoint is None else begun_with(checkpoint)
    if checkpoint is None or session.begun_with == world_size():
        return
    if config.sequence_parallel_size > 1:
        raise WorkbenchError(
            _("A run whose sequences are shared goes on with the number of processes that it was begun with."),
            where=str(checkpoint),
            fix=_("Start it with --nproc {saved}.").format(saved=session.begun_with),
        )
    split = split_among(
        config.batch_size, config.accumulative_counts, begun=session.begun_with, now=world_size(), where=checkpoint
    )
    session.config = config.model_copy(update=split._asdict())
    message = _(
        "Processes at its beginning: {begun}, now: {now}; batch_size {batch}, accumulative_counts {counts}, so that a "
        "step has as many samples; iterations are counted as before."
    )
    session.say(
        Warned(
            message=message.format(
                begun=session.begun_with, now=world_size(), batch=split.batch_size, counts=split.accumulative_counts
            )
        )
    )
