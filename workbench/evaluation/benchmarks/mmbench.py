"""MMBench: questions about pictures with the choices A to D (arXiv:2307.06281).

A TSV with the columns ``index``, ``question``, ``hint``, ``A`` to ``D``, ``image`` (base64, or the index of a row with
the same picture), ``category``, ``l2-category`` and, unless it is the test split, ``answer``. Rows whose indices are the
same but for millions are one question with its choices in another order: it counts as right only if each of them is
answered right ("circular"). The wording is XTuner's, and so is how the letter is found in an answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.data.formats.row import RowError, text_of
from workbench.data.readers.problems import place
from workbench.errors import WorkbenchError
from workbench.evaluation.benchmarks.mmbench_files import result_json, result_table
from workbench.evaluation.benchmarks.row_pictures import RowPictures
from workbench.evaluation.benchmarks.rows import read_rows
from workbench.evaluation.question_set import Outcome, Question
from workbench.evaluation.scores import ProbeScore, Share, WrongAnswer, shares_by
from workbench.i18n import _

LETTERS = "ABCD"
SHIFT = 1_000_000
"""Indices of the same question are apart by multiples of this."""
_LETTERS_IN_ANSWER = re.compile(r"[A-D]+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_GROUPS = ("category", "l2-category")


@dataclass(frozen=True)
class Row:
    """A row of the file. ``cells``: its columns but the picture; ``answer`` is empty in the test split."""

    number: int
    index: int
    cells: dict[str, str]
    picture: Path

    @property
    def answer(self) -> str:
        return self.cells.get("answer", "").strip()

    @property
    def text(self) -> str:
        """What is asked: hint, question, choices, and how to answer."""
        asked = [self.cells["hint"]] if self.cells.get("hint") else []
        asked.append(self.cells["question"])
        asked += [f"{letter}. {self.cells[letter]}" for letter in LETTERS if self.cells.get(letter)]
        in_english = "Answer with the option's letter from the given choices directly."
        asked.append("请直接回答选项字母。" if _CHINESE.search("\n".join(asked)) else in_english)
        return "\n".join(asked)


def letter_in(answer: str) -> str:
    """The first letters A to D that stand together in an answer; empty if there are none."""
    found = _LETTERS_IN_ANSWER.search(answer)
    return found[0] if found else ""


class MMBench:
    """The questions of an MMBench file."""

    name = "mmbench"

    def __init__(self, path: Path) -> None:
        """
        Raises:
            WorkbenchError: the file, or a row or picture of it, cannot be used (names file:row:field).
        """
        pictures = RowPictures(path)
        self._rows = read_rows(path, lambda number, row: _row(number, row, pictures))
        self._has_answers = any(row.answer for row in self._rows)
        unanswered = next((row for row in self._rows if not row.answer), None)
        if self._has_answers and unanswered is not None:
            raise WorkbenchError(
                _("The answer is missing, but other rows have one."), where=place(path, unanswered.number, "answer")
            )
        self.questions = [Question(str(row.number), row.text, (row.picture,)) for row in self._rows]

    def outcome(self, answers: Sequence[str]) -> Outcome:
        table = result_table([row.cells for row in self._rows], answers)
        if not self._has_answers:
            return Outcome(None, files={"mmbench_answers.tsv": table})
        right = [letter_in(answer) == row.answer for row, answer in zip(self._rows, answers, strict=True)]
        plain = _plain(self._rows, right)
        circular = self._circular(answers, right)
        tables = self._tables(right)
        figures = {"circular": circular.value, "plain": plain.value}
        files = {"mmbench_answers.tsv": table, "mmbench_result.json": result_json(figures, tables)}
        return Outcome(circular, figures={"plain": plain.value}, tables=tables, files=files)

    def _circular(self, answers: Sequence[str], right: Sequence[bool]) -> ProbeScore:
        """Of each question that has not been answered right in every order, the first wrong answer."""
        wrong: dict[int, WrongAnswer] = {}
        for row, answer, is_right in zip(self._rows, answers, right, strict=True):
            if not is_right:
                wrong.setdefault(row.index % SHIFT, WrongAnswer(row.text, [row.answer], answer))
        total = len({row.index % SHIFT for row in self._rows})
        return ProbeScore(total - len(wrong), total, list(wrong.values()))

    def _tables(self, right: Sequence[bool]) -> dict[str, dict[str, Share]]:
        """The circular shares by category; a question's is that of the first of its rows."""
        first: dict[int, Row] = {}
        all_right: dict[int, bool] = {}
        for row, is_right in zip(self._rows, right, strict=True):
            question = row.index % SHIFT
            first.setdefault(question, row)
            all_right[question] = all_right.get(question, True) and is_right
        shares = {
            name: shares_by([row.cells.get(name, "") for row in first.values()], list(all_right.values()))
            for name in _GROUPS
        }
        return {name: share for name, share in shares.items() if share}


def _plain(rows: Sequence[Row], right: Sequence[bool]) -> Share:
    """Every question in its first order alone."""
    first = [is_right for row, is_right in zip(rows, right, strict=True) if row.index < SHIFT]
    return Share(sum(first), len(first))


def _row(number: int, row: dict[str, Any], pictures: RowPictures) -> Row:
    text = text_of(row, "index").strip()
    if not (text.isascii() and text.isdecimal()):
        raise RowError("index", _("the field must be a whole number"))
    index = int(text)
    cells = {name: str(cell) for name, cell in row.items() if name != "image"}
    if not cells.get("question", "").strip():
        raise RowError("question", _("the question is missing"))
    if not cells.get("A"):
        raise RowError("A", _("the choices are missing"))
    answer = cells.get("answer", "").strip()
    if answer and (answer not in LETTERS or not cells.get(answer)):
        raise RowError("answer", _("the field must be the letter of a choice"))
    return Row(number, index, cells, pictures.picture(number, index, text_of(row, "image")))
