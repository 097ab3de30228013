"""A data file is read once for all who ask, and again when it has changed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from workbench.data import file_summary
from workbench.data.file_summary import FileSummary, summaries_of
from workbench.data.formats import FormatChoice
from workbench.data.sources import SourceFile


def rows_of(*answers: str) -> str:
    return "".join(
        json.dumps({"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": answer}]}) + "\n"
        for answer in answers
    )


def summary_of(path: Path, format_name: str = "openai", *, leave_out: bool = False) -> FileSummary:
    (summary,) = summaries_of([SourceFile(path, FormatChoice(format_name))], leave_out=leave_out)
    return summary


def answers_in(summary: FileSummary) -> list[str]:
    return [row.sample.turns[-1].content for row in summary.spread]  # type: ignore[union-attr]


def test_it_is_read_again_only_when_it_was_written_again(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(rows_of("one", "two"))
    written = path.stat().st_mtime_ns
    assert answers_in(summary_of(path)) == ["one", "two"]
    path.write_text(rows_of("six", "ten"))
    os.utime(path, ns=(written, written))
    assert answers_in(summary_of(path)) == ["one", "two"], "nothing says that it has changed"
    os.utime(path, ns=(written, written + 1))
    assert answers_in(summary_of(path)) == ["six", "ten"]


def test_a_function_of_the_users_own_is_asked_again_as_it_may_be_another(tmp_path: Path) -> None:
    path, code = tmp_path / "rows.jsonl", tmp_path / "own.py"
    path.write_text('{"a": 1}\n')
    for answer in ("one", "two"):
        code.write_text(f"def own(row):\n    return {rows_of(answer).strip()}\n")
        assert answers_in(summary_of(path, f"{code}:own")) == [answer]


def test_the_first_bad_row_ends_it_unless_such_rows_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(rows_of("one") + '{"messages": 1}\n' + rows_of("two"))
    error = summary_of(path).error
    assert error is not None and error.where == f"{path}:2:messages"
    assert "bad_rows: leave_out" in (error.fix or "")
    assert error.__traceback__ is None, "it would keep rows and the open file"
    kept = summary_of(path, leave_out=True)
    assert (kept.rows, kept.error, answers_in(kept)) == (2, None, ["one", "two"])


def test_of_many_rows_some_are_kept_from_all_parts(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(rows_of(*map(str, range(2000))))
    summary = summary_of(path)
    assert (summary.rows, summary.is_whole) == (2000, True)
    assert answers_in(summary) == [str(number) for number in range(0, 2000, 4)]


def test_of_files_that_are_large_together_only_the_first_rows_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [SourceFile(tmp_path / f"{name}.jsonl", FormatChoice("openai")) for name in "ab"]
    for file in files:
        file.path.write_text(rows_of(*map(str, range(1200))) + "no row\n")
    monkeypatch.setattr(file_summary, "BYTES_READ_WHOLE", files[0].size)
    assert [(one.rows, one.is_whole, one.error) for one in summaries_of(files, leave_out=False)] == [
        (1000, False, None)
    ] * 2
    (alone,) = summaries_of(files[:1], leave_out=False)
    assert alone.error is not None and alone.rows == 1200


def test_a_file_that_has_gone_since_it_was_listed_is_an_error_of_its_own(tmp_path: Path) -> None:
    error = summary_of(tmp_path / "gone.jsonl").error
    assert error is not None and error.where == str(tmp_path / "gone.jsonl")
