"""A pasted answer becomes LLaVA rows, or complaints that can be mended line by line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from workbench.data.sheets.pasted import IMAGE_SET, MISSPELT, PLACE_SET, WRAPPED, parse_pasted
from workbench.data.sheets.prompts import picture_prompt

QUESTION = {"from": "human", "value": "<image>\nWhat is this?"}
ANSWER = {"from": "gpt", "value": "A cat."}
ROW = {"id": "1", "image": "cat.jpg", "conversations": [QUESTION, ANSWER]}


def pasted(value: Any, around: str = "{}") -> str:
    return around.replace("{}", json.dumps(value, ensure_ascii=False, indent=1))


@pytest.mark.parametrize(
    "around", ["{}", "[{}]", "```json\n[{}]\n```", "Here you are:\n```\n{}\n```\nShall I go on?", '{"rows": [{}]}']
)
def test_a_sound_row_is_taken_as_it_is_whatever_stands_around_it(around: str) -> None:
    result = parse_pasted(pasted(ROW, around), "cat.jpg")
    assert result.rows == [ROW]
    assert not result.complaints and not result.mended


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"id": "1", "image": "cat.jpg", "conversation": [QUESTION, ANSWER]}, MISSPELT),
        ({**ROW, "image": "1.jpg"}, IMAGE_SET),
        ({"id": "1", "conversations": [QUESTION, ANSWER]}, IMAGE_SET),
        ({**ROW, "conversations": [{**QUESTION, "value": "What is this?"}, ANSWER]}, PLACE_SET),
    ],
)
def test_harmless_faults_are_mended_and_told(row: dict[str, Any], sentence: str) -> None:
    result = parse_pasted(pasted(row), "cat.jpg")
    assert result.rows == [ROW]
    assert dict(result.mended) == {sentence: 1}


def test_roles_of_other_services_are_understood() -> None:
    turns = [{"role": "user", "content": QUESTION["value"]}, {"role": "assistant", "content": ANSWER["value"]}]
    assert parse_pasted(pasted({**ROW, "conversations": turns}), "cat.jpg").rows == [ROW]


def test_turns_without_a_row_become_one() -> None:
    result = parse_pasted(pasted([QUESTION, ANSWER]), "cat.jpg")
    assert [row["conversations"] for row in result.rows] == [[QUESTION, ANSWER]]
    assert result.mended[WRAPPED] == 1


def test_a_missing_id_is_the_picture_and_its_number() -> None:
    row = {"image": "cat.jpg", "conversations": [QUESTION, ANSWER]}
    assert [made["id"] for made in parse_pasted(pasted([row, row]), "cat.jpg").rows] == ["cat.jpg", "cat.jpg#2"]


@pytest.mark.parametrize(
    ("turns", "line", "what"),
    [
        ([], 1, "no list"),
        ("text", 1, "no list"),
        ([QUESTION], 2, "no answer"),
        ([QUESTION, ANSWER, QUESTION], 4, "no answer"),
        ([ANSWER, QUESTION], 2, "take turns"),
        ([QUESTION, ANSWER, ANSWER, QUESTION], 4, "take turns"),
        ([QUESTION, {"from": "gpt", "value": ""}], 3, "missing"),
        ([QUESTION, {"from": "gpt"}], 3, "missing"),
        ([{"from": "human", "value": "<image>\n"}, ANSWER], 2, "missing"),
        ([QUESTION, {"from": "teacher", "value": "x"}], 3, "who speaks"),
        ([QUESTION, {"value": "x"}], 3, "who speaks"),
        ([QUESTION, "A cat."], 3, "must be an object"),
        ([QUESTION, ANSWER, QUESTION, ANSWER], 4, "more than once"),
        ([{**QUESTION, "value": "What?"}, {"from": "gpt", "value": "<image> a cat"}], 3, "in an answer"),
    ],
)
def test_a_fault_is_named_by_the_line_of_its_turn(turns: Any, line: int, what: str) -> None:
    lines = ",\n".join(json.dumps(turn) for turn in turns) if isinstance(turns, list) else ""
    listed = f"[\n{lines}]" if isinstance(turns, list) else json.dumps(turns)
    result = parse_pasted(f'{{"id": "1", "conversations": {listed}}}', "cat.jpg")
    assert result.rows == []
    assert [complaint.line for complaint in result.complaints] == [line]
    assert what in result.complaints[0].what and result.complaints[0].fix


def test_sound_rows_stay_beside_faulty_ones() -> None:
    faulty = {**ROW, "conversations": [QUESTION]}
    result = parse_pasted(f"{json.dumps(ROW)}\n{json.dumps(faulty)}\n{{'id': 1}}\n{json.dumps(ROW)}", "cat.jpg")
    assert result.rows == [ROW, ROW]
    assert [complaint.line for complaint in result.complaints] == [2, 3]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "no questions and answers"),
        ("I cannot see the picture.", "no questions and answers"),
        ("1. A cat\n2. A dog", "take turns"),
        ('{"title": "cat"}', "title is no row"),
        ('{"conversations": [{"from": "human", "value": "\\ud83d?"}, {"from": "gpt", "value": "x"}]}', "half of a"),
    ],
)
def test_what_is_no_row_is_told(text: str, what: str) -> None:
    result = parse_pasted(text, "cat.jpg")
    assert not result.is_sound
    assert what in result.complaints[0].what


def turns_of(text: str) -> list[str]:
    (row,) = parse_pasted(text, "cat.jpg").rows
    return [turn["value"].removeprefix("<image>\n") for turn in row["conversations"]]


@pytest.mark.parametrize(
    "text",
    [
        '[{"question": "What?", "answer": "A cat."}, {"question": "Where?", "answer": "On 3.5 mats:\\nred ones."}]',
        '{"Q": "What?", "A": "A cat."}\n{"Q": "Where?", "A": "On 3.5 mats:\\nred ones.", "level": 2}',
        '{"pairs": [{"问题": "What?", "回答": "A cat."}, {"问": "Where?", "答": "On 3.5 mats:\\nred ones."}]}',
        "Q: What?\nA: A cat.\nQ: Where?\nA: On 3.5 mats:\nred ones.",
        "Gladly!\n\n**Q1:** What?\n**A1:** A cat.\n\n---\n\n**Q2:** Where?\n\n**A2:** On 3.5 mats:\nred ones.\n",
        "问：What?答：A cat.\n问题2：Where?\n回答2：On 3.5 mats:\nred ones.",
        "1. Q: What? A: A cat.\n2. Q: Where?\n   A: On 3.5 mats:\nred ones.",
        "1. What? A cat.\n2. Where?\nOn 3.5 mats:\nred ones.",
        "## Pairs\n1. **What?**\n\n   - A cat.\n\n2. **Where?**\n\n   - On 3.5 mats:\nred ones.",
        "1、What? — A cat.\n2、Where?\nOn 3.5 mats:\nred ones.",
    ],
)
def test_pairs_in_other_forms_become_one_row(text: str) -> None:
    result = parse_pasted(text, "cat.jpg")
    assert not result.complaints and result.mended[WRAPPED] == 1
    assert turns_of(text) == ["What?", "A cat.", "Where?", "On 3.5 mats:\nred ones."]


def test_a_list_inside_an_answer_stays_in_it() -> None:
    assert turns_of("Q: What?\nA: Two:\n1. a cat\n2. **a dog**") == ["What?", "Two:\n1. a cat\n2. **a dog**"]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("Q: What?\nQ: Where?\nA: Here.", 2, "take turns"),
        ("Q: What?\nA:\nQ: Where?\nA: Here.", 2, "missing"),
        ("1. What? A cat.\n\n2. Where?", 3, "no answer"),
        ("1. What? A cat.\n\nShall I go on?", 3, "belongs to no question"),
        ('[{"question": "What?",\n "answer": "A cat."},\n {"question": "Where?",\n "answer": ""}]', 4, "missing"),
        ('{"question": "What?"}', 1, "missing"),
        ('{"question": "What?", "answer": "A cat."}\n{"question": "Where?", "answer": "Here.",}', 2, "comma behind"),
    ],
)
def test_a_fault_in_a_pair_is_named_by_its_line(text: str, line: int, what: str) -> None:
    (complaint,) = parse_pasted(text, "cat.jpg").complaints
    assert complaint.line == line
    assert what in complaint.what and complaint.fix


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_form_in_the_prompt_is_one_that_is_taken_back(language: Any) -> None:
    form = picture_prompt(2, language, "cat.jpg")
    result = parse_pasted(form[form.index("[{") :], "cat.jpg")
    assert result.is_sound and not result.mended
    assert len(result.rows[0]["conversations"]) == 4


@settings(max_examples=60)
@given(some.text(), some.integers(0, 200), some.integers(0, 200))
def test_no_text_however_cut_or_changed_is_taken_without_a_row_or_a_complaint(word: str, at: int, length: int) -> None:
    text = pasted([ROW, ROW])
    result = parse_pasted(text[:at] + word + text[at + length :], "cat.jpg")
    assert result.rows or result.complaints
    assert all(1 <= complaint.line <= text.count("\n") + word.count("\n") + 1 for complaint in result.complaints)
    assert all(row["image"] == "cat.jpg" and len(row["conversations"]) >= 2 for row in result.rows)
