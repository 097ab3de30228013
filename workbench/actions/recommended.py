"""The checkpoint of a job to go on with."""

from __future__ import annotations

from workbench.evaluation.recommend import Recommendation, recommend
from workbench.jobs.checkpoints import CheckpointInfo


def recommendation_among(infos: list[CheckpointInfo]) -> Recommendation | None:
    """The best of checkpoints that are still there, None if there is none; the base (without a path) gives what to
    compare with."""
    base = next((info for info in infos if info.path is None), CheckpointInfo(0, 0, None))
    there = [info for info in infos if info.exists]
    losses = {info.name: info.validation_loss for info in there if info.validation_loss is not None}
    scores = {info.name: _shares(info) for info in there}
    return recommend(scores, _shares(base), losses, base.validation_loss)


def _shares(info: CheckpointInfo) -> dict[str, float]:
    return {name: score.value for name, score in info.scores.items()}
