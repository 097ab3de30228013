"""Which checkpoint to go on with, and why, in one sentence. Light."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass

from workbench.configs.evaluation_rules import IDENTITY, RETENTION, SEEING
from workbench.i18n import _
from workbench.text import printable

LEAST_KEPT = 0.9
"""Share of the base model's retention score that a checkpoint must keep to be recommended for what it learnt."""


@dataclass(frozen=True)
class Recommendation:
    """A checkpoint by the name it was given, and the reason."""

    checkpoint: str
    reason: str


@dataclass(frozen=True)
class _Measured:
    """The scores and the validation loss of a checkpoint or of the base, as far as they are known."""

    scores: Mapping[str, float]
    loss: float | None


def recommend(
    scores: Mapping[str, Mapping[str, float]],
    base: Mapping[str, float] | None = None,
    losses: Mapping[str, float] | None = None,
    base_loss: float | None = None,
) -> Recommendation | None:
    """The best checkpoint; None if there is none. The reason says so if none is better than the model before training.

    Of the checkpoints that still answer at least 90 % of what the base model answered, the one that sees best; then
    the one with the best identity score; then the best mean of the scores of further question sets; then the best
    retention; then the lowest validation loss; then the latest, whose words are the surest. If none kept so much, or
    only some that learnt nothing, the one with the best product of the scores. A checkpoint without a score that others have was not asked to the end: it
    counts 0. Without any scores, the one with the lowest validation loss.

    Args:
        scores: checkpoint → score name → share (0–1), in the order of training.
        base: the scores before training.
        losses: checkpoint → validation loss, where there is one.
        base_loss: the validation loss before training.
    """
    if not scores:
        return None
    base, losses = base or {}, losses or {}
    best = _best(scores, base, {name: loss for name, loss in losses.items() if name in scores and math.isfinite(loss)})
    before = _Measured(base, base_loss if base_loss is not None and math.isfinite(base_loss) else None)
    after = {name: _Measured(found, losses.get(name)) for name, found in scores.items()}
    learnt = {name for found in scores.values() for name in found} - {RETENTION}
    if any(_may_be_better(known, before, learnt) for known in after.values()):
        return best
    reason = _("{reason} None is better than the model before training: {changes}.")
    changes = _changes(before, after[best.checkpoint])
    return Recommendation(best.checkpoint, reason.format(reason=best.reason, changes=changes))


def _best(
    scores: Mapping[str, Mapping[str, float]], base: Mapping[str, float], losses: Mapping[str, float]
) -> Recommendation:
    scored = {name: found for name, found in scores.items() if found}
    if not scored:
        return _without_scores(list(scores), losses)
    asked = {name for found in scored.values() for name in found}
    shares = {name: _in_order(found, asked) for name, found in scored.items()}
    least = LEAST_KEPT * base.get(RETENTION, 0.0)
    keeping = {name: found for name, found in shares.items() if found[-1] >= least}
    learnt = {name for name, found in scored.items() if _has_learnt(found, base)}
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


def _may_be_better(after: _Measured, before: _Measured, learnt: Set[str]) -> bool:
    """Whether what was learnt, or where that is the same the validation loss, does not speak against a checkpoint."""
    if not learnt <= before.scores.keys():
        return True
    had, has = ({name: known.scores.get(name, 0.0) for name in learnt} for known in (before, after))
    if has != had:
        return _in_order(has, learnt) > _in_order(had, learnt)
    if before.loss is None or after.loss is None:
        return not learnt
    return after.loss < before.loss


def _changes(before: _Measured, after: _Measured) -> str:
    shares = {
        name: f"{before.scores[name]:.0%} → {share:.0%}"
        for name, share in after.scores.items()
        if name in before.scores
    }
    parts = [_listed(shares)] if shares else []
    if before.loss is not None and after.loss is not None:
        parts.append(_("validation loss {loss}").format(loss=f"{before.loss:.4f} → {after.loss:.4f}"))
    return _(", ").join(parts)


def _without_scores(checkpoints: list[str], losses: Mapping[str, float]) -> Recommendation:
    if not losses:
        return Recommendation(checkpoints[-1], _("It is the last one; no probes were given to compare them by."))
    best = _last_best(dict.fromkeys(checkpoints, ()), losses)
    return Recommendation(best, _("It has the lowest validation loss: {loss}.").format(loss=f"{losses[best]:.4f}"))


def _in_order(found: Mapping[str, float], asked: Set[str]) -> tuple[float, ...]:
    """A checkpoint's scores in the order they count; one that was asked of none makes no difference."""
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
    return _listed({name: f"{share:.0%}" for name, share in found.items()})


def _listed(found: Mapping[str, str]) -> str:
    words = {SEEING: _("seeing {share}"), IDENTITY: _("identity {share}"), RETENTION: _("retention {share}")}
    further = [f"{printable(name)} {share}" for name, share in found.items() if name not in words]
    own = {name: text.format(share=found[name]) for name, text in words.items() if name in found}
    parts = [*(own[name] for name in (SEEING, IDENTITY) if name in own), *further]
    parts += [own[RETENTION]] if RETENTION in own else []
    return _(", ").join(parts)
