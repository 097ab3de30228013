"""Answers as they are given, a JSON object a line: an evaluation that is begun again goes on behind them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from workbench.evaluation.question_set import Question

ANSWERS_FILE = "answers.jsonl"
_FIELDS = ("model", "set", "key", "question", "answer")


class AnswerLog:
    """The answers in a file. Lines are ``{"model", "set", "key", "question", "answer"}``; torn ones are passed over."""

    def __init__(self, path: Path) -> None:
        self.path = path
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        self._known = {tuple(line[:-1]): line[-1] for line in _lines(text)}
        self._before_next = "" if text.endswith("\n") or not text else "\n"

    def __len__(self) -> int:
        return len(self._known)

    def get(self, model: str, name: str, question: Question) -> str | None:
        """The answer from before, if the very same was asked."""
        return self._known.get((model, name, question.key, question.text))

    def add(self, model: str, name: str, questions: Sequence[Question], answers: Sequence[str]) -> None:
        """Append answers; they are in the file when this returns.

        Raises:
            OSError: the disk is full.
        """
        lines = []
        for question, answer in zip(questions, answers, strict=True):
            values = (model, name, question.key, question.text, answer)
            self._known[values[:-1]] = answer
            lines.append(json.dumps(dict(zip(_FIELDS, values, strict=True)), ensure_ascii=False) + "\n")
        self.path.parent.mkdir(exist_ok=True)
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(self._before_next + "".join(lines))
        self._before_next = ""


def _lines(text: str) -> Iterable[list[str]]:
    for line in text.split("\n"):
        try:
            found = json.loads(line)
            yield [str(found[name]) for name in _FIELDS]
        except (ValueError, TypeError, KeyError):
            continue
