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
        self._known = {tuple(line[:-1]): line[-1] for line in self._lines()}

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
            lines.append(json.dumps(dict(zip(_FIELDS, values, strict=True)), ensure_ascii=False))
        self.path.parent.mkdir(exist_ok=True)
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write("".join(f"\n{line}\n" for line in lines))  # an empty line behind what may be a torn one

    def _lines(self) -> Iterable[list[str]]:
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return
        for line in text.split("\n"):
            try:
                found = json.loads(line)
                yield [str(found[name]) for name in _FIELDS]
            except (ValueError, TypeError, KeyError):
                continue
