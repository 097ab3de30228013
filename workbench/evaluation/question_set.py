"""A file of questions as an evaluation sees it, whatever it holds: what to ask, and what the answers are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from workbench.data.probes import Probe
from workbench.evaluation.calls import is_right, kept_tokens, listed_tools
from workbench.evaluation.scores import ProbeScore, Share, score, shares_by


@dataclass(frozen=True)
class Question:
    """One question. ``key``: the same whenever the same file is read, and no other's in it.

    Args:
        tools: those that the prompt template lists, a JSON list as text.
        kept_tokens: special tokens that belong to the answer's text.
    """

    key: str
    text: str
    pictures: Sequence[Path] = ()
    system: str = ""
    tools: str = ""
    kept_tokens: Sequence[str] = ()


class Answer(NamedTuple):
    """What a model said. ``is_cut``: it had not come to its end when it was as long as an answer may be."""

    text: str
    is_cut: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the answers to all questions of a set are worth.

    Args:
        score: None if the file does not say what is right.
        figures: further figures, 0–1, by name.
        tables: by what is told apart (as ``kind``), then by group (as ``colour``).
        files: texts to be kept, by file name.
    """

    score: ProbeScore | None
    figures: Mapping[str, float] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, Share]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


class QuestionSet(Protocol):
    """A file of questions. ``name`` is that of its score."""

    @property
    def name(self) -> str: ...
    @property
    def questions(self) -> Sequence[Question]: ...

    def outcome(self, answers: Sequence[str]) -> Outcome:
        """What the answers, one for each question, are worth."""
        ...


class ProbeSet:
    """The probes of a file. Of those that need not say what is right, only those that do are scored."""

    def __init__(self, name: str, probes: Sequence[Probe]) -> None:
        self.name = name
        self.probes = probes
        self.questions = [
            Question(str(number), probe.question, probe.pictures, probe.system, listed_tools(probe), kept_tokens(probe))
            for number, probe in enumerate(probes, start=1)
        ]

    def outcome(self, answers: Sequence[str]) -> Outcome:
        asked = [(probe, answer) for probe, answer in zip(self.probes, answers, strict=True) if probe.answers]
        if not asked:
            return Outcome(None)
        probes = [probe for probe, _answer in asked]
        right = [is_right(probe, answer) for probe, answer in asked]
        tables = {
            "kind": shares_by([probe.kind for probe in probes], right),
            "language": shares_by([probe.language for probe in probes], right),
        }
        found = score(probes, [answer for _probe, answer in asked])
        return Outcome(found, tables={name: shares for name, shares in tables.items() if shares})
