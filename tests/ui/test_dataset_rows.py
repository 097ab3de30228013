"""The rows of data of any size: paged, counted, searched and found by their places."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.data.sources import Source
from workbench.errors import WorkbenchError
from workbench.ui.dataset_rows import MATCHES_SHOWN, DatasetRows
from workbench.ui.row_window import RowWindow, start_around


def write_rows(path: Path, *numbers: int) -> Path:
    rows = [json.dumps({"input": f"question {number}", "output": f"Answer {number}"}) for number in numbers]
    path.write_text("\n".join(rows))
    return path


def never() -> bool:
    return False


def texts(lines: list[object]) -> list[str]:
    return [line.text for line in lines]  # type: ignore[attr-defined]


def test_pages_follow_each_other_and_may_be_read_again(tmp_path: Path) -> None:
    rows = DatasetRows(Source(str(write_rows(tmp_path / "many.jsonl", *range(10)))))
    first, second = rows.page(0, 4), rows.page(4, 4)
    last = rows.page(8, 4)
    assert texts([*first.lines, *second.lines, *last.lines]) == [f"question {number}" for number in range(10)]
    assert [first.is_last, second.is_last, last.is_last] == [False, False, True]
    assert texts(list(rows.page(2, 2).lines)) == ["question 2", "question 3"]
    assert rows.count(never) == 10


def test_rows_of_a_folder_are_one_list(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", 1, 2)
    write_rows(tmp_path / "b.jsonl", 3)
    rows = DatasetRows(Source(str(tmp_path)))
    assert [(line.found.position, line.found.path.name, line.found.number) for line in rows.page(0).lines] == [
        (0, "a.jsonl", 1),
        (1, "a.jsonl", 2),
        (2, "b.jsonl", 1),
    ]
    assert rows.position_of("b.jsonl:1", never) == 2
    assert rows.position_of(f"{tmp_path / 'a.jsonl'}:2:output", never) == 1
    assert rows.position_of("b.jsonl:11", never) is None


def test_a_row_is_found_by_its_number_in_its_file_or_by_its_place_in_several(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.jsonl", 1, 2, 3)
    path.write_text("\n\n" + path.read_text())
    rows = DatasetRows(Source(str(path)))
    assert [rows.position_of_number(number, never) for number in (1, 3, 4, 5, 6)] == [0, 0, 1, 2, None]
    write_rows(tmp_path / "b.jsonl", 4, 5)
    both = DatasetRows(Source(str(tmp_path)))
    assert [both.position_of_number(number, never) for number in (1, 4, 5, 6)] == [0, 3, 4, None]
    assert both.position_of_number(5, lambda: True) is None


def test_what_cannot_be_read_stands_between_the_others_and_is_found_by_its_reason(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "some.jsonl", 1)
    path.write_text(path.read_text() + '\n{torn\n{"input": "no answer"}\n')
    rows = DatasetRows(Source(str(path)))
    assert [line.is_good for line in rows.page(0).lines] == [True, False, False]
    assert [line.found.number for line in rows.search("not json", never).lines] == [2]


def test_a_damaged_end_is_told_with_the_rows_before_it(tmp_path: Path) -> None:
    path = tmp_path / "torn.json"
    path.write_text('[{"input": "q", "output": "a"}, {"input"')
    page = DatasetRows(Source(str(path))).page(0)
    assert texts(list(page.lines)) == ["q"]
    assert page.is_last
    assert "torn.json" in page.problem
    assert DatasetRows(Source(str(path))).count(never) is None


def test_searching_looks_at_answers_too_and_ends_at_a_bound_or_when_nobody_waits(tmp_path: Path) -> None:
    rows = DatasetRows(Source(str(write_rows(tmp_path / "many.jsonl", *range(MATCHES_SHOWN + 10)))))
    assert texts(list(rows.search("ANSWER 77", never).lines)) == [
        "question 77",
        *(f"question 77{n}" for n in range(10)),
    ]
    everything = rows.search("question", never)
    assert len(everything.lines) == MATCHES_SHOWN
    assert not everything.is_last
    assert rows.search("question", lambda: True).lines == []


def test_data_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="does not exist"):
        DatasetRows(Source(str(tmp_path / "none.json")))


def test_the_window_moves_over_the_rows_without_holding_them_all(tmp_path: Path) -> None:
    rows = DatasetRows(Source(str(write_rows(tmp_path / "many.jsonl", *range(12_000)))))
    window = RowWindow()
    window.take(0, rows.page(0))
    cursor = len(window.lines) - 1
    while wanted := window.to_read(cursor):
        window.take(wanted[0], rows.page(*wanted))
        cursor = len(window.lines) - 1
    assert (window.start, window.end, window.is_last) == (6000, 12_000, True)
    assert window.lines[-1].text == "question 11999"
    while wanted := window.to_read(0):
        window.take(wanted[0], rows.page(*wanted))
    assert (window.start, window.end, window.is_last) == (0, 6000, False)
    assert window.lines[0].text == "question 0"
    assert window.lines[-1].text == "question 5999"


def test_a_page_from_elsewhere_takes_the_place_of_the_rows(tmp_path: Path) -> None:
    rows = DatasetRows(Source(str(write_rows(tmp_path / "many.jsonl", *range(9000)))))
    window = RowWindow()
    window.take(0, rows.page(0))
    start = start_around(8500)
    assert not window.is_beside(start, rows.page(start))
    assert window.is_beside(window.end, rows.page(window.end))
    window.take(start, rows.page(start))
    assert window.start == 7500
    assert window.is_last
    assert window.lines[8500 - window.start].text == "question 8500"
