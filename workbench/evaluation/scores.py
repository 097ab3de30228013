"""How many probes a model answered right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.data.probes import Probe
from workbench.evaluation.calls import is_right


@dataclass(frozen=True)
class WrongAnswer:
    """A question that was not answered right, and what the model said."""

    question: str
    expected: list[str]
    answer: str


@dataclass(frozen=True)
class Share:
    """``right`` of ``total``."""

    right: int
    total: int

    @property
    def value(self) -> float:
        """The share that is right, 0–1; 0 of nothing."""
        return self.right / self.total if self.total else 0.0


@dataclass(frozen=True)
class ProbeScore(Share):
    """``right`` of ``total`` questions; ``wrong`` lists the others."""

    wrong: list[WrongAnswer]


def score(probes: Sequence[Probe], answers: Sequence[str]) -> ProbeScore:
    """Compare each answer with its probe.

    Raises:
        ValueError: there are not as many answers as probes.
    """
    wrong = [
        WrongAnswer(probe.question, probe.answers, answer)
        for probe, answer in zip(probes, answers, strict=True)
        if not is_right(probe, answer)
    ]
    return ProbeScore(len(probes) - len(wrong), len(probes), wrong)


def shares_by(groups: Iterable[str], outcomes: Iterable[bool]) -> dict[str, Share]:
    """The share of each group, by name; what is of no group (an empty name) is left out."""
    counted: dict[str, list[bool]] = {}
    for group, outcome in zip(groups, outcomes, strict=True):
        if group:
            counted.setdefault(group, []).append(outcome)
    return {group: Share(sum(counted[group]), len(counted[group])) for group in sorted(counted)}
