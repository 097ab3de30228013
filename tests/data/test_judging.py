"""Rules by which answers count as right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.data.conftest import Write
from workbench.data.judging import letter_of, number_in, only_option, stands_in
from workbench.data.probes import Probe, read_probes
from workbench.errors import WorkbenchError


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ("17", 17.0),
        ("9加8等于17。", 17.0),
        ("8 + 9 = 17.", 17.0),
        ("It costs $1,234.50 in all", 1234.5),
        ("3, 4, 5", 5.0),
        ("-2.5e3", -2500.0),
        ("１７", 17.0),
        (".5", 0.5),
        ("none", None),
    ],
)
def test_the_last_number_counts(answer: str, number: float | None) -> None:
    assert number_in(answer) == number


@pytest.mark.parametrize(
    ("text", "answer", "right"),
    [
        ("8", "3 plus 5 is 8.", True),
        ("8", "答案是8个", True),
        ("8", "8km, that is", True),
        ("8", "x=1,8,3", True),
        ("8", "3 plus 5 is 18", False),
        ("8", "80", False),
        ("8", "8.5", False),
        ("8", "0.8", False),
        ("1", "1,024", False),
        ("no", "I do not know", False),
        ("No", "Well, NO!", True),
        ("Ada", "I am Ada's friend", True),
        ("é", "café", False),
        ("кот", "который", False),
        ("Qwen", "Qwen3 it is", True),
        ("学习", "深度学习者", True),
        ("1+1", "1+1=2", True),
        ("(a)", "f(a)b", True),
    ],
)
def test_what_stands_in_an_answer_is_no_part_of_a_longer_word_or_number(text: str, answer: str, right: bool) -> None:
    assert stands_in(text, answer) == right


@pytest.mark.parametrize(
    ("answer", "letter"),
    [
        ("B", "B"),
        (" (c). ", "C"),
        ("B. Paris", "B"),
        ("The answer is D, for the sky is blue.", "D"),
        ("答案是C。", "C"),
        ("A dog barks; I choose the option B", "B"),
        ("It must be C because", "C"),
        ("Because", None),
        ("", None),
    ],
)
def test_the_letter_that_an_answer_settles_on(answer: str, letter: str | None) -> None:
    assert letter_of(answer) == letter


@pytest.mark.parametrize(
    ("answer", "option"),
    [
        ("It is Positive!", "positive"),
        ("neither", None),
        ("positive or negative", None),
        ("not positive", "not positive"),
    ],
)
def test_one_option_only(answer: str, option: str | None) -> None:
    assert only_option(["positive", "negative", "not positive"], answer) == option


@pytest.mark.parametrize(
    ("rule", "right", "wrong"),
    [
        ({"match": "regex", "answers": [r"\b1[67]\b", "seventeen"]}, "It is 17.", "It is 171."),
        ({"match": "number", "answers": ["1,000"]}, "about 1000", "1001"),
        ({"match": "number", "answers": ["3.14"], "tolerance": 0.01}, "3.1416", "3.2"),
        ({"match": "choice", "answers": ["B", "C"]}, "(B)", "(A)"),
        ({"match": "one_of", "answers": ["yes"], "options": ["yes", "no"]}, "Yes, it is.", "yes and no"),
    ],
)
def test_each_rule_tells_right_from_wrong(rule: dict[str, Any], right: str, wrong: str) -> None:
    probe = Probe(question="Q", **rule)
    assert probe.is_right(right)
    assert not probe.is_right(wrong)
    assert not Probe(question="Q", forbidden=["it", "3", "1", "b"], **rule).is_right(right)


def test_a_pattern_that_never_ends_is_given_up() -> None:
    probe = Probe(question="Q", match="regex", answers=["(a|aa)+$"])
    assert not probe.is_right("a" * 60 + "b")  # or the test would last as long as the universe


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"match": "regex", "answers": ["fine", "("]}, "answers.1"),
        ({"match": "number", "answers": ["many"]}, "answers.0"),
        ({"match": "choice", "answers": ["Paris"]}, "answers.0"),
        ({"match": "one_of", "answers": ["yes"]}, "options"),
        ({"match": "one_of", "answers": ["maybe"], "options": ["yes", "no"]}, "answers.0"),
        ({"match": "number", "answers": ["1"], "tolerance": -1}, "tolerance"),
    ],
)
def test_a_rule_that_cannot_work_is_named(write: Write, rule: dict[str, Any], field: str) -> None:
    path = write([{"question": "Q", "answers": ["A"]}, {"question": "Q", **rule}])
    with pytest.raises(WorkbenchError) as caught:
        read_probes(path)
    assert caught.value.where == f"{path}:2:{field}"


def test_a_wrong_pattern_says_where_it_is_wrong(write: Write) -> None:
    with pytest.raises(WorkbenchError, match=r"not a regular expression: missing \) at character 3"):
        read_probes(write([{"question": "Q", "answers": ["a("], "match": "regex"}]))


def test_question_files_of_other_kinds(tmp_path: Path) -> None:
    lines = tmp_path / "sums.jsonl"
    lines.write_text('{"question": "8+9?", "answer": 17, "match": "number"}\n{"question": "Q", "answers": "A"}\n')
    table = tmp_path / "sums.csv"
    table.write_text("question,answer,match,system\n8+9?,17,number,\nQ,A,,\n")
    wanted = [Probe(question="8+9?", answers=["17"], match="number"), Probe(question="Q", answers=["A"])]
    assert read_probes(lines) == read_probes(table) == wanted


def test_a_row_of_another_kind_is_named_by_its_line(tmp_path: Path) -> None:
    lines = tmp_path / "sums.jsonl"
    lines.write_text('{"question": "Q", "answer": "A"}\n\n{"question": "Q"}\n')
    with pytest.raises(WorkbenchError) as caught:
        read_probes(lines)
    assert caught.value.where == f"{lines}:3:answers"
