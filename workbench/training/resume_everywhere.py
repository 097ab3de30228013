"""Going on with a run on machines that do not see the folder of the first: that one decides, and sends the checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from workbench.jobs.events import Validation
from workbench.training.going_on import EarlierRun
from workbench.training.node_folders import from_rank_0
from workbench.training.ranks import rank
from workbench.training.resume import resume
from workbench.training.saving import discard_unfinished
from workbench.training.session import Session


@dataclass
class _Past:
    """What rank 0 found in its folder."""

    goes_on: bool
    checkpoint: Path | None
    earlier: EarlierRun
    answered_at: frozenset[int]
    validations: list[Validation] = field(default_factory=list)
    base_scores: dict[str, float] = field(default_factory=dict)


def resume_everywhere(session: Session, asked: str | None) -> None:
    """As `workbench.training.resume.resume`, on every machine.

    Raises:
        WorkbenchError: as there.
    """
    folders = session.folders
    if folders.sees:
        resume(session, asked)
    if not folders.heads:
        return
    if rank() in folders.heads:
        discard_unfinished(session.job.checkpoints_path)
    past: _Past = from_rank_0(
        _Past(
            session.goes_on,
            session.resumed_from,
            session.earlier,
            session.answered_at,
            session.validations,
            session.base_scores,
        )
    )
    session.goes_on, session.answered_at = past.goes_on, past.answered_at
    session.earlier = past.earlier
    session.validations, session.base_scores = past.validations, past.base_scores
    if past.checkpoint is not None:
        session.resumed_from = folders.distribute(past.checkpoint, session.job.checkpoints_path)
