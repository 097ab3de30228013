"""A person's own questions about who the assistant is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.data.conftest import Write
from workbench.data.identity.generate import generate
from workbench.data.identity.own_questions import read_questions
from workbench.data.identity.questions import Question, all_questions
from workbench.errors import WorkbenchError

LINES = """
# my own
你是哪位大侠？
* Who on earth are you?
[name]
What do they call you?
[other]
Surely you are {other}?
What do they call you?
"""
EXPECTED = [
    Question("你是哪位大侠？", "zh", "who", False),
    Question("Who on earth are you?", "en", "who", True),
    Question("What do they call you?", "en", "other", False),
    Question("Surely you are {other}?", "en", "other", False),
]


def test_lines_stand_under_their_intents_each_once(write: Write) -> None:
    assert read_questions(write(LINES, "q.txt")) == EXPECTED


@pytest.mark.parametrize(
    "content",
    [
        {"who": ["你是哪位大侠？"], "maker": ["* Whose work are you?"]},
        ["你是哪位大侠？", {"question": "Whose work are you?", "intent": "maker", "unseen": True}],
        [{"question": "你是哪位大侠？", "language": "zh"}, {"question": "* Whose work are you?", "intent": "maker"}],
    ],
)
def test_json_says_the_same_in_several_forms(write: Write, content: Any) -> None:
    assert read_questions(write(content)) == [
        Question("你是哪位大侠？", "zh", "who", False),
        Question("Whose work are you?", "en", "maker", True),
    ]


@pytest.mark.parametrize(
    ("content", "name", "where", "what"),
    [
        ("# nothing\n", "q.txt", "", "no question"),
        ("a\n[whoo]\nb", "q.txt", ":2", "no intent whoo"),
        ("*", "q.txt", ":1", "not empty"),
        ("{", "q.json", "", "not JSON"),
        ("3", "q.json", "", "are a list"),
        ([3], "q.json", ":1", "is text"),
        ([{"intent": "who"}], "q.json", ":1", "is text"),
        ([{"question": "a", "intent": []}], "q.json", ":1:intent", "no intent"),
        ([{"question": "a", "intend": "who"}], "q.json", ":1", "no field intend"),
        ([{"question": "a", "language": "fr"}], "q.json", ":1:language", "one of zh, en"),
        ([{"question": "a", "unseen": "yes"}], "q.json", ":1:unseen", "true or false"),
        ({"who": "a"}, "q.json", ":who", "list of questions"),
        ({"why": ["a"]}, "q.json", ":why", "no intent why"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(write: Write, content: Any, name: str, where: str, what: str) -> None:
    path = write(content, name)
    with pytest.raises(WorkbenchError, match=what) as caught:
        read_questions(path)
    assert caught.value.where == f"{path}{where}"


def test_other_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_bytes("你是谁".encode("gb18030"))
    with pytest.raises(WorkbenchError, match="not UTF-8"):
        read_questions(tmp_path / "q.txt")
    with pytest.raises(WorkbenchError, match="cannot be read"):
        read_questions(tmp_path / "none.txt")


def test_they_are_trained_and_scored_beside_those_that_are_there() -> None:
    dataset = generate("Ada", own_questions=EXPECTED)
    asked = {row["messages"][0]["content"] for row in dataset.rows}
    assert {"你是哪位大侠？", "What do they call you?", "你是谁"} <= asked
    assert "Who on earth are you?" not in asked
    assert "Who on earth are you?" in {probe.question for probe in dataset.probes}
    answers = [
        row["messages"][1]["content"] for row in dataset.rows if row["messages"][0]["content"] == "你是哪位大侠？"
    ]
    assert all("我是Ada" in answer for answer in answers)


def test_their_word_counts_on_what_is_kept_for_scoring() -> None:
    own = [Question("你是谁", "zh", "who", True), Question("你叫啥", "zh", "name", False)]
    trained = [question.text for question in all_questions(("zh",), own, unseen=False)]
    scored = [question.text for question in all_questions(("zh",), own, unseen=True)]
    assert trained.count("你叫啥") == scored.count("你是谁") == 1
    assert "你是谁" not in trained and "你叫啥" not in scored
