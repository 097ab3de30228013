"""Questions and answers that are written as text instead of JSON: behind Q: and A:, or as a numbered list."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from workbench.data.sheets.found_json import Complaint
from workbench.i18n import _

QUESTION_NAMES = ("question", "q", "问题", "提问", "问")
ANSWER_NAMES = ("answer", "a", "回答", "答案", "答")
_NUMBER = r"[（(]?\d{1,3}\s*[.)、．）](?!\d)\s*"
_DECORATION = r"[\s>#*_•–-]*"
_NUMBERED = re.compile(rf"{_DECORATION}{_NUMBER}(?P<said>.+)")
_MARKED = re.compile(
    rf"{_DECORATION}(?:{_NUMBER})?{_DECORATION}(?P<name>{'|'.join((*QUESTION_NAMES, *ANSWER_NAMES))})"
    r"\s*\d{0,3}[\s*_]*[:：](?P<said>.*)",
    re.IGNORECASE,
)
_ANSWER_ON_THE_LINE = re.compile(rf"(?<=[\s?？。.!！])(?:{'|'.join(ANSWER_NAMES)})\s*[:：]", re.IGNORECASE)
_ASKED_AND_ANSWERED = re.compile(r"(?P<question>.*[?？][*_\s]*)(?P<answer>[^?？]*[^?？\s*_][^?？]*)")
_BULLET = re.compile(r"[•–—→-]\s+")
_ALL_BOLD = re.compile(r"\*\*[^*]+\*\*")
_NOTHING = re.compile(r"\s*(?:[-*_=]{3,}|`{3,}\w*)?\s*")


@dataclass
class WrittenTurn:
    """A question or an answer. ``line``: where it begins, counted from 1."""

    is_question: bool
    line: int
    lines: list[str] = field(default_factory=list)
    is_over: bool = False
    """Whether an empty line stands behind its text."""

    @property
    def text(self) -> str:
        """Without the marks of bold print around the whole of it, or of which one stands outside of it."""
        said = "\n".join(self.lines).strip()
        return said.strip("*").strip() if said.count("**") % 2 or _ALL_BOLD.fullmatch(said) else said


def written_turns(text: str) -> tuple[list[WrittenTurn], list[Complaint]]:
    """The questions and answers in order, and a complaint for each line that is of none of them.

    What stands before the first one does no harm, as an answer often begins with a greeting.
    """
    lines = text.splitlines()
    begin = next((begin for holds, begin in _FORMS if any(map(holds.fullmatch, lines))), None)
    turns: list[WrittenTurn] = []
    complaints: list[Complaint] = []
    if begin is None:
        return turns, complaints
    for number, line in enumerate(lines, start=1):
        if begun := begin(line, number):
            turns += begun
        elif turns and not _go_on(turns, line, number):
            fix = _("Remove it, or the empty line in front of it.")
            complaints.append(Complaint(number, _("This line belongs to no question and no answer."), fix))
    return turns, complaints


def _go_on(turns: list[WrittenTurn], line: str, number: int) -> bool:
    """Add a line that begins no question to what is said; False if it can belong to nothing."""
    last = turns[-1]
    if _NOTHING.fullmatch(line):
        last.is_over = bool(last.text)
        return True
    if last.is_question and last.text:
        turns.append(WrittenTurn(is_question=False, line=number, lines=[_BULLET.sub("", line.strip(), count=1)]))
        return True
    if last.is_over:
        return False
    last.lines.append(line.rstrip())
    return True


def _marked(line: str, number: int) -> list[WrittenTurn]:
    """What a line with Q: or A: begins; both if they stand on one line."""
    found = _MARKED.fullmatch(line)
    if found is None:
        return []
    said = found["said"].strip()
    is_question = found["name"].lower() in QUESTION_NAMES
    inner = _ANSWER_ON_THE_LINE.search(said) if is_question else None
    if inner is None:
        return [WrittenTurn(is_question, number, [said])]
    question, answer = said[: inner.start()], said[inner.end() :]
    return [WrittenTurn(True, number, [question.rstrip()]), WrittenTurn(False, number, [answer.lstrip()])]


def _numbered(line: str, number: int) -> list[WrittenTurn]:
    """The question that a numbered line asks, and its answer if it stands behind the question mark."""
    found = _NUMBERED.fullmatch(line)
    if found is None:
        return []
    both = _ASKED_AND_ANSWERED.fullmatch(found["said"])
    if both is None:
        return [WrittenTurn(True, number, [found["said"].strip()])]
    answer = _BULLET.sub("", both["answer"].strip(), count=1)
    return [WrittenTurn(True, number, [both["question"].strip()]), WrittenTurn(False, number, [answer])]


_FORMS = ((_MARKED, _marked), (_NUMBERED, _numbered))
"""Which lines a form is known by, likeliest first, and what such a line begins."""
