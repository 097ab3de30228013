"""JSON in the text of a chat service, and what is wrong with it."""

from __future__ import annotations

import pytest

from workbench.data.sheets.found_json import found_objects, is_writable, line_of


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('[{"id": "a",\n"x', 2, "cut off"),
        ('{"id": "a", "n": [1, 2', 1, "cut off"),
        ("{\n'id': 1}", 2, "straight double quotes"),
        ("{“id”: 1}", 1, "straight double quotes"),
        ('{"id": 1, image: "b"}', 1, "straight double quotes"),
        ('{"id": 1,\n}', 2, "comma behind the last part"),
        ('{"id": [1,\n2,\n]}', 3, "comma behind the last part"),
        ('{"id": "a\nb"}', 1, "over the end of the line"),
        ('{"id": "a\\d"}', 1, "backslash"),
        ('{"id": True}', 1, "words of Python"),
        ('{"id": 1，"image": 2}', 1, "Latin keyboard"),
        ('{"id": "say "hello" to"}', 1, "ends too early"),
        ('{"id" 1}', 1, "not JSON"),
        ('{"a":' * 50_000, 1, "cannot be read"),
    ],
)
def test_every_fault_is_told_by_its_line(text: str, line: int, what: str) -> None:
    objects, complaints = found_objects(text, ("id",))
    assert objects == []
    assert [complaint.line for complaint in complaints] == [line]
    assert what in complaints[0].what and complaints[0].fix


def test_objects_are_found_between_sentences() -> None:
    text = 'Sure {as asked}:\n```json\n[{"id": 1},\n{"id": 2}]\n```\nAnything else?'
    objects, complaints = found_objects(text, ("id",))
    assert [found.value for found in objects] == [{"id": 1}, {"id": 2}]
    assert [line_of(text, found.start) for found in objects] == [3, 4]
    assert complaints == []


def test_what_is_around_rows_is_opened() -> None:
    objects, complaints = found_objects('{"data": {"rows": [{"id": 1, "c": []}, {"id": 2, "c": []}]}}', ("c",))
    assert [found.value["id"] for found in objects] == [1, 2]
    assert complaints == []


def test_a_damaged_object_does_not_take_its_neighbours_along() -> None:
    objects, complaints = found_objects('[{"id": 1},\n{"id": oh},\n{"id": 3}]', ("id",))
    assert [found.value for found in objects] == [{"id": 1}, {"id": 3}]
    assert [complaint.line for complaint in complaints] == [2]


def test_half_a_character_cannot_be_written() -> None:
    assert is_writable({"a": ["好", "😀"]})
    assert not is_writable({"a": ["\ud83d"]})
