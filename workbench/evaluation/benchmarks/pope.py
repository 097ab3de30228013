"""POPE: questions of the kind "Is there a … in the image?", with yes or no as the answer (arXiv:2305.10355).

Rows are ``{"question_id", "image", "text", "label"}``, and ``category`` if the file holds several of its parts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.data.asked_pictures import AskedPictures
from workbench.data.formats.row import RowError, text_of
from workbench.evaluation.benchmarks.rows import read_rows
from workbench.evaluation.question_set import Outcome, Question
from workbench.evaluation.scores import ProbeScore, WrongAnswer, shares_by
from workbench.i18n import _

_NO = frozenset({"no", "not"})
_CHINESE_NO = re.compile(r"[不没否无]")
_YES_OR_NO = ("yes", "no")


@dataclass(frozen=True)
class _Row:
    question: Question
    label: bool
    category: str


def says_yes(answer: str) -> bool:
    """What an answer means: no, if the words of its first sentence have ``no`` or ``not``; yes otherwise.

    That is how POPE itself reads answers (its ``evaluate.py``); a Chinese answer that begins with a no is one too.
    """
    sentence = answer.strip().casefold().split(".")[0]
    return not _NO & set(sentence.replace(",", " ").split()) and _CHINESE_NO.match(sentence) is None


def figures_of(labels: Sequence[bool], given: Sequence[bool]) -> dict[str, float]:
    """Accuracy, precision and recall of yes, their harmonic mean F1, and the share of yes among the answers."""
    pairs = list(zip(labels, given, strict=True))
    true_yes, all_yes = sum(label and said for label, said in pairs), sum(given)
    precision = true_yes / all_yes if all_yes else 0.0
    recall = true_yes / sum(labels) if any(labels) else 0.0
    return {
        "accuracy": sum(label == said for label, said in pairs) / len(pairs),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if true_yes else 0.0,
        "yes_ratio": all_yes / len(pairs),
    }


class Pope:
    """The questions of a POPE file."""

    name = "pope"

    def __init__(self, path: Path, images: Path) -> None:
        """
        Raises:
            WorkbenchError: the file or a picture cannot be used (names file:row:field).
        """
        pictures = AskedPictures(path, images)
        self._rows = read_rows(path, lambda number, row: _row(number, row, pictures))
        self.questions = [row.question for row in self._rows]

    def outcome(self, answers: Sequence[str]) -> Outcome:
        labels = [row.label for row in self._rows]
        given = [says_yes(answer) for answer in answers]
        right = [label == said for label, said in zip(labels, given, strict=True)]
        wrong = [
            WrongAnswer(row.question.text, [_YES_OR_NO[not row.label]], answer)
            for row, answer, is_right in zip(self._rows, answers, right, strict=True)
            if not is_right
        ]
        by_category = shares_by([row.category for row in self._rows], right)
        return Outcome(
            ProbeScore(sum(right), len(right), wrong),
            figures=figures_of(labels, given),
            tables={"category": by_category} if by_category else {},
        )


def _row(number: int, row: dict[str, Any], pictures: AskedPictures) -> _Row:
    label = text_of(row, "label").strip().casefold()
    if label not in _YES_OR_NO:
        raise RowError("label", _("the field must be yes or no"))
    picture = pictures.find(text_of(row, "image"), number)
    question = Question(str(number), text_of(row, "text"), (picture,))
    return _Row(question, label == "yes", str(row.get("category") or ""))
