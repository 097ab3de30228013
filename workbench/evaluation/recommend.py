"""Which checkpoint to go on with, and why, in one sentence. Light."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.configs.evaluation_rules import IDENTITY, PREFERENCE, RETENTION, SEEING
from workbench.i18n import _
from workbench.text import printable

LEAST_KEPT = 0.9
"""Share of the base model's retention score that a checkpoint must keep to be recommended for what it learnt."""


@dataclass(frozen=True)
class Recommendation:
    """A checkpoint by the name it was given, and the reason."""

    checkpoint: str
    reason: str


def recommend(
    scores: Mapping[str, Mapping[str, float]],
    base: Mapping[str, float] | None = None,
    losses: Mapping[str, float] | None = None,
) -> Recommendation | None:
    """The best checkpoint; None if there is none.

    Of the checkpoints that still answer at least 90 % of what the base model answered, the one that sees best; then
    the one with the best identity score; then the best mean of the scores of further question sets; then the best
    retention; then the lowest validation loss; then the latest, whose words are the surest. If none kept so much, or
    only some that learnt nothing, the one with the best product of the scores. A checkpoint without a score that others have was not asked to the end: it
    counts 0. Without any scores, the one with the lowest validation loss.

    Args:
        scores: checkpoint → score name → share (0–1), in the order of training.
        base: the scores before training.
        losses: checkpoint → validation loss, where there is one.
    """
    if not scores:
        return None
    losses = {name: loss for name, loss in (losses or {}).items() if name in scores and math.isfinite(loss)}
    scored = {name: found for name, found in scores.items() if found}
    if not scored:
        return _without_scores(list(scores), losses)
    shares = {name: _in_order(name, scored) for name in scored}
    least = LEAST_KEPT * (base or {}).get(RETENTION, 0.0)
    keeping = {name: found for name, found in shares.items() if found[-1] >= least}
    learnt = {name for name, found in scored.items() if _has_learnt(found, base or {})}
    if keeping and (learnt.intersection(keeping) or not learnt):
        best = _last_best(keeping, losses)
        return Recommendation(best, _reason(best, scores, keeping, losses))
    best = _last_best({name: (math.prod(found),) for name, found in shares.items()}, losses)
    why = _("No checkpoint kept 90 % of what the base model knew; this one has the best balance: {scores}.")
    if keeping:
        why = _(
            "Those that kept 90 % of what the base model knew have learnt nothing; of the others this one has the best balance: {scores}."
        )
    return Recommendation(best, why.format(scores=_in_words(scored[best])))


def _has_learnt(found: Mapping[str, float], base: Mapping[str, float]) -> bool:
    """Whether a score other than retention is above what the base model had."""
    return any(share > base.get(name, 0.0) for name, share in found.items() if name != RETENTION)


def _without_scores(checkpoints: list[str], losses: Mapping[str, float]) -> Recommendation:
    if not losses:
        return Recommendation(checkpoints[-1], _("It is the last one; no probes were given to compare them by."))
    best = _last_best(dict.fromkeys(checkpoints, ()), losses)
    return Recommendation(best, _("It has the lowest validation loss: {loss}.").format(loss=f"{losses[best]:.4f}"))


def score_text(name: str) -> str:
    """The word for a score; one that is not known is its own word."""
    known = {IDENTITY: _("identity"), RETENTION: _("retention"), SEEING: _("seeing"), PREFERENCE: _("preference")}
    return known.get(name, name)


def _in_order(checkpoint: str, scored: Mapping[str, Mapping[str, float]]) -> tuple[float, ...]:
    """A checkpoint's scores in the order they count; one that no checkpoint has makes no difference."""
    found = scored[checkpoint]
    asked = {name for others in scored.values() for name in others}
    further = sorted(asked - {SEEING, IDENTITY, RETENTION})
    mean = sum(found.get(name, 0.0) for name in further) / len(further) if further else 1.0
    seeing, identity, retention = (
        found.get(name, 0.0 if name in asked else 1.0) for name in (SEEING, IDENTITY, RETENTION)
    )
    return seeing, identity, mean, retention


def _last_best(keys: Mapping[str, tuple[float, ...]], losses: Mapping[str, float]) -> str:
    return max(reversed(list(keys)), key=lambda name: (*keys[name], -losses.get(name, math.inf)))


def _reason(
    best: str,
    scores: Mapping[str, Mapping[str, float]],
    keeping: Mapping[str, tuple[float, ...]],
    losses: Mapping[str, float],
) -> str:
    """What told the best of those that kept enough from the others: scores may be alike."""
    words = _in_words(scores[best])
    if len(scores) == 1:
        return _("It is the only one that is left: {scores}.").format(scores=words)
    if sum(map(bool, scores.values())) == 1:
        return _("It is the only one with scores: {scores}.").format(scores=words)
    if list(keeping.values()).count(keeping[best]) == 1:
        return _by_scores(scores[best])
    if best in losses:
        return _("Several have the same scores ({scores}); of these it has the lowest validation loss: {loss}.").format(
            scores=words, loss=f"{losses[best]:.4f}"
        )
    return _("Several have the same scores ({scores}); of these it is the latest.").format(scores=words)


def _by_scores(found: Mapping[str, float]) -> str:
    words = _in_words(found)
    if SEEING in found and RETENTION in found:
        return _("It sees best of those that did not forget: {scores}.").format(scores=words)
    if SEEING in found:
        return _("It sees best: {scores}.").format(scores=words)
    if IDENTITY in found and RETENTION in found:
        return _("It has the best identity score of those that did not forget: {scores}.").format(scores=words)
    if IDENTITY in found:
        return _("It has the best identity score: {scores}.").format(scores=words)
    if set(found) - {RETENTION}:
        return _("It has the best scores: {scores}.").format(scores=words)
    return _("It forgot the least: {scores}.").format(scores=words)


def _in_words(found: Mapping[str, float]) -> str:
    words = {SEEING: _("seeing {share}"), IDENTITY: _("identity {share}"), RETENTION: _("retention {share}")}
    further = [f"{printable(name)} {share:.0%}" for name, share in found.items() if name not in words]
    own = {name: text.format(share=f"{found[name]:.0%}") for name, text in words.items() if name in found}
    parts = [*(own[name] for name in (SEEING, IDENTITY) if name in own), *further]
    parts += [own[RETENTION]] if RETENTION in own else []
    return _(", ").join(parts)
