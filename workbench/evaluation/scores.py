"""How many probes a model answered right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.data.probes import Probe

PROBE_MAX_NEW_TOKENS = 64
"""The longest answer to a probe, in tokens; what is asked of there is said in its first words."""


@dataclass(frozen=True)
class WrongAnswer:
    """A probe that was not answered right, and what the model said."""

    question: str
    expected: list[str]
    answer: str


@dataclass(frozen=True)
class ProbeScore:
    """``right`` of ``total`` probes; ``wrong`` lists the others."""

    right: int
    total: int
    wrong: list[WrongAnswer]

    @property
    def value(self) -> float:
        """The share answered right, 0–1; 0 of no probes."""
        return self.right / self.total if self.total else 0.0


def score(probes: Sequence[Probe], answers: Sequence[str]) -> ProbeScore:
    """Compare each answer with its probe.

    Raises:
        ValueError: there are not as many answers as probes.
    """
    wrong = [
        WrongAnswer(probe.question, probe.answers, answer)
        for probe, answer in zip(probes, answers, strict=True)
        if not probe.is_right(answer)
    ]
    return ProbeScore(len(probes) - len(wrong), len(probes), wrong)
