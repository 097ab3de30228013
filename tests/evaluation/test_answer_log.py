"""Answers are kept as they come, and are used again for the very same question only."""

from __future__ import annotations

from pathlib import Path

from workbench.evaluation.answer_log import AnswerLog
from workbench.evaluation.question_set import Answer, Question

ONE, TWO = Question("1", "你是谁？"), Question("2", "Two\nlines?")


def test_answers_are_there_for_the_next_log(tmp_path: Path) -> None:
    path = tmp_path / "results" / "answers.jsonl"
    AnswerLog(path).add("m", "set", [ONE, TWO], [Answer("I"), Answer("A\nB", is_cut=True)])
    again = AnswerLog(path)
    assert len(again) == len(path.read_text().splitlines()) == 2
    assert [again.get("m", "set", question) for question in (ONE, TWO)] == [Answer("I"), Answer("A\nB", is_cut=True)]


def test_another_model_set_or_text_has_no_answer(tmp_path: Path) -> None:
    log = AnswerLog(tmp_path / "answers.jsonl")
    log.add("m", "set", [ONE], [Answer("I")])
    assert log.get("other", "set", ONE) is None
    assert log.get("m", "other", ONE) is None
    assert log.get("m", "set", Question("1", "changed")) is None


def test_what_comes_behind_a_torn_line_is_read(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    AnswerLog(path).add("m", "set", [ONE], [Answer("I")])
    with path.open("a", encoding="utf-8") as stream:
        stream.write('{"model": "m", "set": "set", "key": "2", "ques')
    log = AnswerLog(path)
    assert log.get("m", "set", TWO) is None
    log.add("m", "set", [TWO], [Answer("You")])
    assert AnswerLog(path).get("m", "set", TWO) == Answer("You")
    assert AnswerLog(path).get("m", "set", ONE) == Answer("I")


def test_a_number_that_is_no_row_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text('3\n[]\n{"model": "m"}\nnull\n')
    assert len(AnswerLog(path)) == 0
