"""Write the dialogues with tools and the unseen questions: ``python -m sample_data.tool_use.build`` (a few seconds)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sample_data.tool_use.exchanges import PROTOCOL, SYSTEM, TOOLS, Exchange, Message, draw_exchange, final
from sample_data.tool_use.wording import Need

SEED = 71
ROWS = 480
_NEEDS: tuple[tuple[Need | None, ...], ...] = (
    ("sum", "day", "sum"),
    ("papers", "papers"),
    ("time", "sum", "papers"),
    ("sum", None, "time"),
    ("papers",),
    ("day", "papers"),
    ("sum", "time"),
    ("papers", "sum"),
)
"""Of the rows in turn; None is an exchange without a tool."""
QUESTIONS: dict[Need, int] = {"sum": 50, "time": 6, "day": 4, "papers": 36}
_FOLDER = Path(__file__).resolve().parent.parent
_KNOWS_NO_TIME = ("几点", "time is it")


def tool_data() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of dialogue, and the unseen questions."""
    draw = random.Random(SEED)
    asked = _unseen(draw)
    taken = {_asked_for(one) for one in asked if one.arguments}
    known = _known()
    rows: list[dict[str, Any]] = []
    while len(rows) < ROWS:
        needs = _NEEDS[len(rows) % len(_NEEDS)]
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


def _known() -> list[tuple[str, str]]:
    """What the model answers by itself, but for what it does not know without a clock."""
    rows = json.loads((_FOLDER / "general_dialogue.json").read_text(encoding="utf-8"))
    pairs = [(row["messages"][0]["content"], row["messages"][1]["content"]) for row in rows]
    return [pair for pair in pairs if not any(words in pair[0] for words in _KNOWS_NO_TIME)]


def _known_one(draw: random.Random, known: list[tuple[str, str]]) -> list[Message]:
    question, answer = draw.choice(known)
    return [{"role": "user", "content": question}, {"role": "assistant", "content": final(answer)}]


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
    print(f"{len(rows)} rows, {len(questions)} unseen questions")


if __name__ == "__main__":
    main()
