"""Answers as they are given, a JSON object a line: an evaluation that is begun again goes on behind them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from workbench.evaluation.question_set import Answer, Question

ANSWERS_FILE = "answers.jsonl"
_FIELDS = ("model", "set", "key", "question", "answer")
_CUT = "cut"


class AnswerLog:
    """The answers in a file; torn lines are passed over.

    Lines are ``{"model", "set", "key", "question", "answer"}``, and ``"cut": true`` where the answer had no end.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        self._known = dict(_lines(text))
        self._before_next = "" if text.endswith("\n") or not text else "\n"

    def __len__(self) -> int:
        return len(self._known)

    def get(self, model: str, name: str, question: Question) -> Answer | None:
        """The answer from before, if the very same was asked."""
        return self._known.get((model, name, question.key, question.text))

    def of_set(self, name: str) -> dict[str, dict[str, str]]:
        """The answers to a set: question → model → answer, in the order in which they came."""
        found: dict[str, dict[str, str]] = {}
        for (model, its_set, _key, question), answer in self._known.items():
            if its_set == name:
                found.setdefault(question, {})[model] = answer.text
        return found

    def add(self, model: str, name: str, questions: Sequence[Question], answers: Sequence[Answer]) -> None:
        """Append answers; they are in the file when this returns.

        Raises:
            OSError: the disk is full.
        """
        lines = []
        for question, answer in zip(questions, answers, strict=True):
            asked = (model, name, question.key, question.text)
            self._known[asked] = answer
            line = dict(zip(_FIELDS, (*asked, answer.text), strict=True)) | ({_CUT: True} if answer.is_cut else {})
            lines.append(json.dumps(line, ensure_ascii=False) + "\n")
        self.path.parent.mkdir(exist_ok=True)
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(self._before_next + "".join(lines))
        self._before_next = ""


def _lines(text: str) -> Iterable[tuple[tuple[str, ...], Answer]]:
    for line in text.split("\n"):
        try:
            found = json.loads(line)
            *asked, answer = (str(found[name]) for name in _FIELDS)
            yield tuple(asked), Answer(answer, is_cut=found.get(_CUT) is True)
        except (ValueError, TypeError, KeyError):
            continue
