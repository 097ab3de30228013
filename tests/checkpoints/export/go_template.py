"""As much of Go's text/template as our Modelfiles use, and how Ollama runs such a template over a conversation."""

from __future__ import annotations

import json
import re

_ACTION = re.compile(r"\{\{ (.*?) \}\}", re.DOTALL)


def run(template: str, values: dict[str, str], *, cut: bool = False) -> str:
    """The text of one exchange; ``cut`` ends it at the answer."""
    written: list[str] = []
    shown = [True]
    for number, part in enumerate(_ACTION.split(template)):
        if number % 2 == 0:
            written += [part] if all(shown) else []
        elif part == "else":
            shown[-1] = not shown[-1]
        elif part == "end":
            shown.pop()
        elif part.startswith("if ."):
            shown.append(bool(values[part.removeprefix("if .")]))
        elif all(shown):
            written.append(json.loads(part) if part.startswith('"') else values[part.removeprefix(".")])
            if cut and part == ".Response":
                break
    assert len(shown) == 1
    return "".join(written)


def conversation(template: str, system: str, questions: list[str], answers: list[str]) -> str:
    """What Ollama makes of a conversation that waits for its last answer."""
    parts = []
    for number, question in enumerate(questions):
        is_last = number == len(answers)
        answer = "" if is_last else answers[number]
        values = {"System": system if number == 0 else "", "Prompt": question, "Response": answer}
        parts.append(run(template, values, cut=is_last))
    return "".join(parts)
