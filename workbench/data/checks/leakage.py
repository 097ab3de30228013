"""What evaluation and data know of each other: questions in both, and system texts that differ."""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path

from workbench.configs.evaluation_rules import SEEING, question_files
from workbench.configs.schema import TrainConfig
from workbench.data.checks.finding import Finding
from workbench.data.checks.place import Place
from workbench.data.conversation import Conversation, Sample
from workbench.data.probes import read_probes
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.text import printable

_DIFFERENT_KEPT = 1000
_SHOWN_LENGTH = 60


class ProbeLeakage:
    """Rows that ask a question of the config's probe files."""

    def __init__(self, config: TrainConfig) -> None:
        self._asked: dict[str, str] = {}
        self._leaks = Finding(
            "warning",
            _("rows that ask a question of the probe files; the scores would say nothing about new questions"),
            _("Remove the rows, or ask the probes in other words."),
        )
        self._unread: list[Finding] = []
        for score, name in question_files(config).items():
            if score != SEEING:
                self._take(name)

    def _take(self, name: str) -> None:
        try:
            probes = read_probes(Path(resolve_model(name)))
        except WorkbenchError as error:
            finding = Finding("warning", error.what, error.fix or "")
            finding.add(error.where or name)
            self._unread.append(finding)
            return
        for number, probe in enumerate(probes, start=1):
            self._asked.setdefault(bare(probe.question), f"{Path(name).name}:{number}")

    def look(self, place: Place, sample: Sample) -> None:
        if not isinstance(sample, Conversation) or not self._asked:
            return
        questions = (bare(turn.content) for turn in sample.turns if turn.role == "user")
        probe = next((self._asked[question] for question in questions if question in self._asked), None)
        if probe:
            self._leaks.add(place, f"= {probe}")

    def findings(self) -> list[Finding]:
        return [*self._unread, self._leaks]


def bare(text: str) -> str:
    """A question without regard to case, width, blanks and punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum()) or folded.strip()


class SystemTexts:
    """Whether the rows have the system text that the evaluation questions are asked with."""

    def __init__(self, config: TrainConfig) -> None:
        self._asked_with = config.system.strip()
        self._rows = 0
        self._texts: Counter[str] = Counter()
        self._examples: dict[str, Place] = {}

    def look(self, place: Place, sample: Sample) -> None:
        if not isinstance(sample, Conversation) or sample.plain or sample.is_empty:
            return
        self._rows += 1
        text = next((turn.content.strip() for turn in sample.turns if turn.role == "system"), "")
        if text in self._texts or len(self._texts) < _DIFFERENT_KEPT:
            self._texts[text] += 1
            self._examples.setdefault(text, place)

    def findings(self) -> list[Finding]:
        if not self._rows or 2 * self._texts[self._asked_with] >= self._rows:
            return []
        text, count = self._texts.most_common(1)[0]
        if 2 * count <= self._rows:
            return []
        finding = Finding("warning", self._what(text), self._fix(text))
        finding.add(self._examples[text])
        finding.count = count
        return [finding]

    def _what(self, text: str) -> str:
        if not text:
            return _("most rows have no system text, but the evaluation questions are asked with one")
        if not self._asked_with:
            return _("most rows have a system text, but the evaluation questions are asked without one")
        return _("most rows have another system text than the one that the evaluation questions are asked with")

    def _fix(self, text: str) -> str:
        if not text:
            return _("Leave the config's system empty, or put it into the rows.")
        one_line = " ".join(printable(text).split())
        shown = one_line if len(one_line) <= _SHOWN_LENGTH else one_line[:_SHOWN_LENGTH] + "…"
        return _("Set the config's system to the text of the rows: {text}").format(text=shown)
