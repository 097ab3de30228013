"""Rows of text: other words, another language, further exchanges."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.data.sheets.conftest import Notes, Request
from tests.data.sheets.played_endpoint import Asked, Reply, completion, in_turn, playing
from workbench.data.sheets.make import SheetMade, SheetRequest, make_sheet
from workbench.data.sheets.patience import Patience

QUICK = Patience(attempts=2, first_wait=0.001, answer=5.0)
FIRST = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello", "loss": False},
    {"role": "user", "content": "1+1?"},
    {"role": "assistant", "content": "2"},
]


def given_messages(asked: Asked) -> list[dict[str, str]]:
    return json.loads(asked.text[asked.text.rindex("\n") :])["messages"]


def shouted(asked: Asked) -> Reply:
    """The same messages in capitals."""
    said = [{**message, "content": message["content"].upper()} for message in given_messages(asked)]
    return completion(f"```json\n{json.dumps({'messages': said})}\n```")


def run(request: SheetRequest, notes: Notes) -> SheetMade:
    return make_sheet(request, None, notes.watcher, patience=QUICK)


def rows_in(request: SheetRequest) -> list[list[dict[str, Any]]]:
    return [row["messages"] for row in json.loads(Path(request.sheet).read_text(encoding="utf-8"))]


@pytest.mark.parametrize("task", ["paraphrase", "translate"])
def test_every_message_comes_back_in_its_place(tmp_path: Path, request_for: Request, notes: Notes, task: str) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text("\n".join(json.dumps(row) for row in [{"messages": FIRST}, {"messages": FIRST[3:]}]))
    with playing(shouted) as played:
        request = request_for(data, played.url, task=task, target="French")
        made = run(request, notes)
    first, second = rows_in(request)
    assert [message["content"] for message in first] == ["BE KIND.", "HI", "HELLO", "1+1?", "2"]
    assert [message.get("loss") for message in first] == [None, None, False, None, None]
    assert [message["role"] for message in second] == ["user", "assistant"]
    assert (made.total, made.outcome.answered, made.rows) == (2, 2, 2)
    assert ("French" in played.asked[0].text) == (task == "translate")


def test_a_dialogue_goes_on(tmp_path: Path, request_for: Request, notes: Notes) -> None:
    data = tmp_path / "data.json"
    data.write_text(json.dumps([{"instruction": "Add.", "input": "1+1", "output": "2"}]))
    more = [{"role": "user", "content": "And 2+2?"}, {"role": "assistant", "content": "4"}] * 2
    with playing(in_turn(completion(json.dumps({"messages": more})))) as played:
        request = request_for(data, played.url, task="extend", pairs=2)
        run(request, notes)
    (row,) = rows_in(request)
    assert [message["role"] for message in row] == ["user", "assistant"] * 3
    assert row[2:] == more and "1+1" in row[0]["content"]


@pytest.mark.parametrize(
    "said",
    [
        "no",
        '{"messages": 1}',
        '{"messages": []}',
        '{"messages": [{"role": "user", "content": "x"}]}',
        '{"messages": [{"role": "assistant", "content": "x"}, {"role": "user", "content": "x"}]}',
        '{"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": " "}]}',
        '{"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "\\ud800"}]}',
        '{"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "con',
    ],
)
def test_an_answer_that_does_not_fit_is_no_row(tmp_path: Path, request_for: Request, notes: Notes, said: str) -> None:
    data = tmp_path / "data.json"
    data.write_text(json.dumps([{"messages": FIRST[3:]}, {"messages": FIRST[:3] + FIRST[3:]}]))

    def script(asked: Asked) -> Reply:
        return completion(said) if len(given_messages(asked)) == 2 else shouted(asked)

    with playing(script) as played:
        request = request_for(data, played.url, task="paraphrase")
        made = run(request, notes)
    assert len(rows_in(request)) == 1 and made.outcome.left_out.total() == 1
    assert "not what was asked for" in notes.complaints[0].what
    assert notes.complaints[0].where == f"{data}:1"


def test_rows_that_cannot_be_asked_about_are_counted_by_their_reason(
    tmp_path: Path, request_for: Request, notes: Notes
) -> None:
    call = {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}
    picture = [{"role": "user", "content": [{"type": "image", "image": "a.png"}, {"type": "text", "text": "What?"}]}]
    rows: list[Any] = [
        {"messages": FIRST},
        {"messages": [FIRST[1], call, {"role": "tool", "content": "1"}, FIRST[4]]},
        {"messages": [*picture, FIRST[4]]},
        {"messages": [FIRST[1]]},
        {"messages": [*FIRST, FIRST[1]]},
        {"messages": "oh"},
    ]
    data = tmp_path / "data.jsonl"
    data.write_text("\n".join([*(json.dumps(row) for row in rows), "{"]))
    more = {"messages": [FIRST[3], FIRST[4]]}
    with playing(in_turn(completion(json.dumps(more)))) as played:
        request = request_for(data, played.url, task="extend")
        made = run(request, notes)
    assert len(played.asked) == 1 and len(rows_in(request)) == 1
    assert made.total == 7 and made.outcome.left_out.total() == 6 and made.not_asked == 0
    reasons = " ".join(made.outcome.left_out)
    for word in ("calls tools", "has pictures", "no answer to train on", "ends with a question", "was cut off"):
        assert word in reasons


def test_a_second_start_asks_nothing_twice(tmp_path: Path, request_for: Request, notes: Notes) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text("\n".join(json.dumps({"messages": [{**FIRST[1], "content": str(n)}, FIRST[4]]}) for n in range(5)))
    with playing(in_turn(shouted, shouted, Reply(404, "gone"), shouted)) as played:
        request = request_for(data, played.url, task="paraphrase")
        with pytest.raises(Exception, match="HTTP 404"):
            run(request, notes)
        made = run(request, notes)
    assert (made.outcome.known, made.outcome.answered) == (2, 3)
    assert [row[0]["content"] for row in rows_in(request)] == ["0", "1", "2", "3", "4"]
