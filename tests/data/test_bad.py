"""Every malformed file gives exactly its message, and every row is either read or spoken of."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.data.bad.case import Case
from tests.data.bad.columnar_cases import CASES as COLUMNAR_CASES
from tests.data.bad.columnar_cases import NO_FILES
from tests.data.bad.json_cases import CASES as JSON_CASES
from tests.data.bad.row_cases import CASES as ROW_CASES
from tests.data.bad.table_cases import CASES as TABLE_CASES
from tests.data.bad.text_cases import CASES as TEXT_CASES
from workbench.data.formats import FormatChoice
from workbench.data.read import open_file
from workbench.errors import WorkbenchError

CASES = [*JSON_CASES, *TEXT_CASES, *TABLE_CASES, *COLUMNAR_CASES, *NO_FILES, *ROW_CASES]


def read(path: Path, format_name: str) -> tuple[int, list[WorkbenchError], WorkbenchError | None]:
    """How many rows can be read, what is wrong with others, and what is wrong with the file."""
    bad: list[WorkbenchError] = []
    good = 0
    try:
        for _row in open_file(path, FormatChoice(format_name), bad).rows:
            good += 1
    except WorkbenchError as error:
        return good, bad, error
    return good, bad, None


def said(error: WorkbenchError, path: Path) -> tuple[str, str]:
    assert error.where is not None
    return error.where.removeprefix(str(path)), error.what


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_malformed_file_gives_exactly_its_messages(case: Case, tmp_path: Path) -> None:
    path = case.make(tmp_path)
    good, bad, failure = read(path, case.format)
    assert [said(error, path)[0] for error in bad] == [where for where, _what in case.errors]
    for error, (_where, what) in zip(bad, case.errors, strict=True):
        assert what in error.what
    assert (failure is None) == (case.fails is None), failure
    if failure and case.fails:
        assert said(failure, path)[0] == case.fails[0]
        assert case.fails[1] in failure.what
    assert good == case.good


@pytest.mark.parametrize("case", [case for case in CASES if case.errors], ids=lambda case: case.name)
def test_without_a_list_for_them_the_first_bad_row_is_raised(case: Case, tmp_path: Path) -> None:
    path = case.make(tmp_path)
    with pytest.raises(WorkbenchError) as caught:
        list(open_file(path, FormatChoice(case.format)).rows)
    assert said(caught.value, path)[0] == case.errors[0][0]


WHOLE = [case for case in CASES if not case.fails and case.file == "a.jsonl"]


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: case.name)
def test_no_line_is_dropped_in_silence(case: Case, tmp_path: Path) -> None:
    path = case.make(tmp_path)
    good, bad, _failure = read(path, case.format)
    assert good + len(bad) == sum(1 for line in path.read_bytes().split(b"\n") if line.strip())


def test_there_are_at_least_150_and_no_two_of_one_name() -> None:
    assert len(CASES) >= 150
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []
    assert json.dumps([case.name for case in CASES]).isascii()
