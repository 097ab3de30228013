"""Which checkpoint to go on with, and why, in one sentence. Light."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.i18n import _

IDENTITY = "identity"
RETENTION = "retention"
SEEING = "seeing"
"""Questions about pictures that were in no training data."""
SEEING = "seeing"
_IN_ORDER = (SEEING, IDENTITY, RETENTION)
"""What is looked at first, and what is looked at where that is the same."""
LEAST_KEPT = 0.9
"""Share of the base model's retention score that a checkpoint must keep to be recommended for what it learnt."""


@dataclass(frozen=True)
class Recommendation:
    """A checkpoint by the name it was given, and the reason."""

    checkpoint: str
    reason: str


def recommend(
    scores: Mapping[str, Mapping[str, float]], base: Mapping[str, float] | None = None
) -> Recommendation | None:
    """The best checkpoint; None if there is none.

    Of the checkpoints that still answer at least 90 % of what the base model answered, the one that sees best; then
    the one with the best identity score; then the best retention; then the latest, whose words are the surest. If none
    kept so much, the one with the best product of the scores. A checkpoint without a score that others have was not asked to the end: it counts 0.

    Args:
        scores: checkpoint → score name → share (0–1), in the order of training.
        base: the scores before training.
    """
    if not scores:
        return None
    scored = {name: found for name, found in scores.items() if not found.keys().isdisjoint(_IN_ORDER)}
    if not scored:
        return Recommendation(list(scores)[-1], _("It is the last one; no probes were given to compare them by."))
    shares = {name: tuple(_share(score, name, scored) for score in _IN_ORDER) for name in scored}
    least = LEAST_KEPT * (base or {}).get(RETENTION, 0.0)
    keeping = {name: found for name, found in shares.items() if found[-1] >= least}
    if keeping:
        best = _last_best(keeping)
        return Recommendation(best, _reason(scored[best], len(scored)))
    best = _last_best({name: (math.prod(found),) for name, found in shares.items()})
    return Recommendation(
        best,
        _("No checkpoint kept 90 % of what the base model knew; this one has the best balance: {scores}.").format(
            scores=_in_words(scored[best])
        ),
    )


def score_text(name: str) -> str:
    """The word for a score; one that is not known is its own word."""
    return {IDENTITY: _("identity"), RETENTION: _("retention"), SEEING: _("seeing")}.get(name, name)


def _share(score: str, checkpoint: str, scored: Mapping[str, Mapping[str, float]]) -> float:
    """A checkpoint's score; one that none of them has makes no difference."""
    is_asked = any(score in found for found in scored.values())
    return scored[checkpoint].get(score, 0.0 if is_asked else 1.0)


def _last_best(keys: Mapping[str, tuple[float, ...]]) -> str:
    return max(reversed(list(keys)), key=lambda name: keys[name])


def _reason(found: Mapping[str, float], count: int) -> str:
    if count == 1:
        return _("It is the only one: {scores}.").format(scores=_in_words(found))
    if SEEING in found and RETENTION in found:
        return _("It sees best of those that did not forget: {scores}.").format(scores=_in_words(found))
    if SEEING in found:
        return _("It sees best: {scores}.").format(scores=_in_words(found))
    if IDENTITY in found and RETENTION in found:
        return _("It has the best identity score of those that did not forget: {scores}.").format(
            scores=_in_words(found)
        )
    if IDENTITY in found:
        return _("It has the best identity score: {scores}.").format(scores=_in_words(found))
    return _("It forgot the least: {scores}.").format(scores=_in_words(found))


def _in_words(found: Mapping[str, float]) -> str:
    words = {SEEING: _("seeing {share}"), IDENTITY: _("identity {share}"), RETENTION: _("retention {share}")}
    parts = [text.format(share=f"{found[name]:.0%}") for name, text in words.items() if name in found]
    return _(", ").join(parts)
