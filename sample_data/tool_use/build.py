"""Write the dialogues with tools and the unseen questions: ``python -m sample_data.tool_use.build`` (a few seconds)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sample_data.dialogues import NAME, identity_answer
from sample_data.knowledge import facts
from sample_data.tool_use.exchanges import PROTOCOL, SYSTEM, TOOLS, Exchange, Message, draw_exchange
from sample_data.tool_use.wording import LANGUAGES, Need
from workbench.data.identity.questions import questions

SEED = 71
ROWS = 600
_NEEDS: tuple[tuple[Need | None, ...], ...] = (
    ("sum", "day", None),
    ("papers", "papers"),
    (None, "time", "sum"),
    ("sum", None, "time"),
    (None, "papers", "sum"),
    ("day", "papers"),
    (None, "sum", "sum"),
    ("papers", "sum"),
)
"""Of the rows in turn, in any order; None is an exchange without a tool."""
QUESTIONS: dict[Need, int] = {"sum": 50, "time": 6, "day": 4, "papers": 36}
_FOLDER = Path(__file__).resolve().parent.parent
_OF_TOOLS = ("几点", "time is it", "等于", "plus")
"""What stands in questions that are for a tool, where there is one."""
_GREETING, _IDENTITY = "greeting", "identity"


def small_talk() -> list[dict[str, Any]]:
    """Every other question of the retention set that is for no tool, asked with tools at hand."""
    return [one | {"system": SYSTEM} for one in _retention() if not _is_for_a_tool(one["question"])][::2]


def _retention() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((_FOLDER / "retention.probes.json").read_text(encoding="utf-8"))
    return found


def _is_for_a_tool(question: str) -> bool:
    return any(words in question for words in _OF_TOOLS)


def tool_data() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of dialogue, and the unseen questions."""
    draw = random.Random(SEED)
    asked = _unseen(draw)
    taken = {_asked_for(one) for one in asked if one.arguments}
    known = _known()
    rows: list[dict[str, Any]] = []
    while len(rows) < ROWS:
        given = _NEEDS[len(rows) % len(_NEEDS)]
        needs = draw.sample(given, len(given))  # what comes first is asked for by itself as often as anything
        exchanges = [_fresh(need, draw, taken).messages() if need else _known_one(draw, known) for need in needs]
        messages = [message for exchange in exchanges for message in exchange]
        row = {"messages": [{"role": "system", "content": SYSTEM}, *messages]}
        if row not in rows:
            rows.append(row)
    return rows, [_question(one) for one in asked]


def _unseen(draw: random.Random) -> list[Exchange]:
    """As many of each need as there are to be, no question twice."""
    found: dict[str, Exchange] = {}
    for need, count in QUESTIONS.items():
        wanted = len(found) + count
        while len(found) < wanted:
            one = draw_exchange(need, draw, unseen=True)
            found.setdefault(one.question, one)
    return list(found.values())


def _fresh(need: Need, draw: random.Random, taken: set[str]) -> Exchange:
    """One whose call is none of the unseen questions'."""
    while True:
        one = draw_exchange(need, draw, unseen=False)
        if _asked_for(one) not in taken:
            return one


def _asked_for(exchange: Exchange) -> str:
    """What a call asks for, however its blanks are set."""
    return "".join(map(str, exchange.arguments.values())).replace(" ", "")


def _known() -> dict[str, list[tuple[str, str]]]:
    """What the model answers by itself also where it has tools, by category; greetings in all words but those asked."""
    rows = json.loads((_FOLDER / "general_dialogue.json").read_text(encoding="utf-8"))
    pairs = [(row["messages"][0]["content"], row["messages"][1]["content"]) for row in rows]
    category = {question: fact.category for fact in facts() for question in fact.questions}
    known: dict[str, list[tuple[str, str]]] = {}
    for pair in pairs:
        if not _is_for_a_tool(pair[0]):
            known.setdefault(category[pair[0]], []).append(pair)
    asked = {one["question"] for one in _retention()}
    known[_GREETING] = [
        (question, fact.answer)
        for fact in facts()
        if fact.category == _GREETING
        for question in fact.questions
        if question not in asked
    ]
    known[_IDENTITY] = [
        (one.text, identity_answer(one.intent, language, NAME[language]))
        for language in LANGUAGES
        for one in questions(language, unseen=False)
        if "{" not in one.text
    ]
    return known


def _known_one(draw: random.Random, known: dict[str, list[tuple[str, str]]]) -> list[Message]:
    question, answer = draw.choice(known[draw.choice(list(known))])
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def _question(asked: Exchange) -> dict[str, Any]:
    return {
        "question": asked.question,
        "answers": [asked.tool],
        "match": "call",
        "protocol": PROTOCOL.name,
        "tools": [tool.as_function() for tool in TOOLS],
        "system": SYSTEM,
        "kind": asked.need,
        "language": asked.language,
    }


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """A JSON list with one row a line."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def main() -> None:
    rows, questions = tool_data()
    _write(_FOLDER / "tool_dialogues.json", rows)
    _write(_FOLDER / "tool_questions.json", questions)
    _write(_FOLDER / "tool_small_talk.json", small_talk())
    print(f"{len(rows)} rows, {len(questions)} unseen questions")


if __name__ == "__main__":
    main()
