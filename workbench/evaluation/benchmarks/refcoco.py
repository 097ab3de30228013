"""RefCOCO: where in a picture is what a sentence speaks of? An answer is right if its box overlaps enough.

Rows are those of the format ``refcoco`` (`workbench.data.formats.refcoco`), as 'workbench data preprocess refcoco' and
XTuner write them; each of ``sents``, or ``sents`` itself if it is text, is a question. XTuner's files for evaluation name pictures by ``img_id`` instead,
as ``COCO_train2014_000000000123_1``: that is ``coco/train2017/000000000123.jpg``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from workbench.data.asked_pictures import AskedPictures
from workbench.data.formats.refcoco import refcoco
from workbench.data.formats.row import RowError, as_list, missing
from workbench.evaluation.benchmarks.rows import read_rows
from workbench.evaluation.question_set import Outcome, Question
from workbench.evaluation.scores import ProbeScore, WrongAnswer
from workbench.i18n import _

LEAST_OVERLAP = 0.5
_NUMBER = re.compile(r"\d+")
_WORDING = "[refer] give me the location of {}"
"""XTuner's, which its models were trained with among others."""
Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in hundredths of the picture."""


@dataclass(frozen=True)
class _Row:
    question: Question
    box: str


def box_in(answer: str) -> Box | None:
    """The box that an answer names as ``{<x1><y1><x2><y2>}``; None unless there are exactly four numbers."""
    numbers = [int(number) for number in _NUMBER.findall(answer[:1000])]
    if len(numbers) != 4:
        return None
    left, top, right, bottom = numbers
    return left, top, right, bottom


def overlap(one: Box, other: Box) -> float:
    """The area that both boxes hold over the area that any of them holds, 0–1.

    The last row and column belong to a box, so its sides are one longer than the differences, as XTuner and REFER
    count them. A box whose corners are the wrong way round holds nothing.
    """
    width = min(one[2], other[2]) - max(one[0], other[0]) + 1
    height = min(one[3], other[3]) - max(one[1], other[1]) + 1
    both = max(width, 0) * max(height, 0)
    return both / (_area(one) + _area(other) - both) if both else 0.0


def _area(box: Box) -> int:
    return max(box[2] - box[0] + 1, 0) * max(box[3] - box[1] + 1, 0)


class RefCoco:
    """The sentences of a RefCOCO file."""

    name = "refcoco"

    def __init__(self, path: Path, images: Path) -> None:
        """
        Raises:
            WorkbenchError: the file or a picture cannot be used (names file:row:field).
        """
        pictures = AskedPictures(path, images)
        read = read_rows(path, lambda number, row: list(_rows(number, row, pictures)))
        self._rows = list(chain.from_iterable(read))
        self.questions = [row.question for row in self._rows]

    def outcome(self, answers: Sequence[str]) -> Outcome:
        wrong = [
            WrongAnswer(row.question.text, [row.box], answer)
            for row, answer in zip(self._rows, answers, strict=True)
            if not _is_right(row.box, answer)
        ]
        boxes = sum(box_in(answer) is not None for answer in answers)
        return Outcome(
            ProbeScore(len(answers) - len(wrong), len(answers), wrong), figures={"boxes": boxes / len(answers)}
        )


def _is_right(expected: str, answer: str) -> bool:
    box, given = box_in(expected), box_in(answer)
    return box is not None and given is not None and overlap(box, given) > LEAST_OVERLAP


def _rows(number: int, row: dict[str, Any], pictures: AskedPictures) -> Iterator[_Row]:
    sentences = [row["sents"]] if isinstance(row.get("sents"), str) else row.get("sents")
    turns = refcoco({**row, "image": _image(row), "sents": sentences}).turns
    picture = pictures.find(_image(row), number)
    for place, (sentence, answer) in enumerate(zip(as_list(sentences, "sents"), turns[1::2], strict=True)):
        question = Question(f"{number}.{place}", _WORDING.format(sentence), (picture,))
        yield _Row(question, answer.content)


def _image(row: dict[str, Any]) -> Any:
    if row.get("image") is not None:
        return row["image"]
    if row.get("img_id") is None:
        raise missing("image")
    parts = str(row["img_id"]).split("_")
    if len(parts) < 2:
        raise RowError("img_id", _("the field must be like {example}").format(example="COCO_train2014_000000000123_1"))
    return f"coco/train2017/{parts[-2]}.jpg"
