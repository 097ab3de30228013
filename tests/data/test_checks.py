"""Checking data before it is trained on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.data.conftest import Write
from workbench.configs.schema import TrainConfig
from workbench.data.checks import CheckReport, check_data
from workbench.errors import WorkbenchError

EMPTY = "rows without an answer; they are left out"
STOCK = "one row makes up much of the data; a model learns to answer everything with it"
REPEATED = "repeated rows"
EXCLUDED = "rows whose answers are all excluded with loss: false; they are left out"
NOTHING = "No row has anything to train on."
NOTHING_UNCUT = "No row has anything to train on once its end is cut."
LEADING = "rows with answers before the first question; those answers are left out"
UNASKED = "rows with an answer to no question; it is trained as the answer to an empty one"
JOINED = "rows with questions in a row; they are joined"
UNENDED = "rows that end without an answer; what follows the last answer is left out"
OVERLONG = "rows longer than max_length; their ends are cut"


def row(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content} for role, content in pairs]}


def plain_rows(count: int) -> list[dict[str, Any]]:
    return [row(("user", f"question {number}"), ("assistant", f"answer {number}")) for number in range(count)]


def found(report: CheckReport) -> dict[str, list[str]]:
    return {finding.what: finding.places for finding in report.findings}


def config_for(path: Any, **changes: Any) -> TrainConfig:
    fields = {
        "pretrained_model_name_or_path": "sample:model",
        "prompt_template": "internlm2_chat",
        "data_path": str(path),
    }
    return TrainConfig.model_validate(fields | changes)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_sound_data_has_no_findings(write: Write, count: int) -> None:
    report = check_data(str(write(plain_rows(count))))
    assert report.findings == []
    assert (report.rows, report.formats) == (count, ["openai"])
    assert "Nothing wrong was found." in report.as_text()


def test_rows_without_an_answer_are_listed(write: Write) -> None:
    rows = [*plain_rows(20), row(("user", "Q"), ("assistant", "  "))]
    assert found(check_data(str(write(rows))))[EMPTY] == ["data.json:21"]


def test_repeated_rows_are_listed(write: Write) -> None:
    rows = [*plain_rows(20), plain_rows(1)[0]]
    report = check_data(str(write(rows)))
    assert found(report) == {REPEATED: ["data.json:1", "data.json:21"]}
    assert not report.has_errors


def test_data_that_is_mostly_one_row_is_warned_about(write: Write) -> None:
    places = found(check_data(str(write([*plain_rows(7), plain_rows(1)[0], plain_rows(1)[0]]))))[STOCK]
    assert places == ["data.json:1", "data.json:8", "data.json:9"]


Q, A = ("user", "Q"), ("assistant", "A")


@pytest.mark.parametrize(
    ("pairs", "what"),
    [
        ((Q, Q, A), JOINED),
        ((Q, A, A), UNASKED),
        ((Q, A, Q), UNENDED),
        ((A, Q, A), LEADING),
        ((A, A), LEADING),
        ((Q,), EMPTY),
        ((Q, Q), EMPTY),
    ],
)
def test_turns_out_of_order_are_called_what_they_are(
    write: Write, pairs: tuple[tuple[str, str], ...], what: str
) -> None:
    assert found(check_data(str(write([*plain_rows(20), row(*pairs)])))) == {what: ["data.json:21"]}


def test_the_result_of_a_tool_may_stand_between_two_answers(write: Write) -> None:
    assert check_data(str(write([*plain_rows(20), row(Q, A, ("tool", "42"), A)]))).findings == []


def test_rows_whose_answers_are_excluded_are_not_called_unanswered(write: Write) -> None:
    excluded = {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A", "loss": False}]}
    assert found(check_data(str(write([*plain_rows(20), excluded])))) == {EXCLUDED: ["data.json:21"]}


@pytest.mark.parametrize("pairs", [(A, A), (Q,), (Q, ("assistant", " "))])
def test_data_without_anything_to_train_on_is_an_error(write: Write, pairs: tuple[tuple[str, str], ...]) -> None:
    report = check_data(str(write([row(*pairs), row(*pairs)])))
    assert report.has_errors
    assert found(report)[NOTHING] == ["data.json:1", "data.json:2"]


def test_data_of_which_nothing_is_left_after_cutting_is_an_error(write: Write) -> None:
    path = write([row(("user", "word " * 60), A)])
    report = check_data(str(path), config_for(path, max_length=40))
    assert report.has_errors
    assert found(report) == {NOTHING_UNCUT: ["data.json:1"], OVERLONG: ["data.json:1"]}


@pytest.mark.parametrize("bad", [{"messages": [{"role": "robot", "content": "Q"}]}, "no object"])
def test_a_bad_row_is_counted_and_hides_no_other(write: Write, bad: Any) -> None:
    path = write([row(Q, A), bad, bad, row(Q, ("assistant", "B"))])
    report = check_data(str(path))
    assert (report.rows, report.formats) == (4, ["openai"])
    (finding,) = report.findings
    assert all(place.startswith(f"{path}:{number}") for number, place in zip((2, 3), finding.places, strict=True))
    assert report.has_errors


def test_a_torn_line_is_counted_and_hides_no_other(write: Write) -> None:
    path = write('{"input": "Q", "output": "A"}\n{"inp\n{"input": "R", "output": "B"}\n', "a.jsonl")
    report = check_data(str(path))
    assert report.rows == 3
    assert [finding.places for finding in report.findings] == [[f"{path}:2:2"]]


def test_a_file_that_cannot_be_read_has_no_heading_and_no_empty_remedy(write: Write) -> None:
    text = check_data(str(write("", "a.json"))).as_text()
    assert text.splitlines() == [f"error: The data file is empty. [1] {write('', 'a.json')}"]


def test_plain_texts_have_no_order(write: Write) -> None:
    assert check_data(str(write("Once upon a time.", "a.txt"))).findings == []


def test_a_bad_file_of_a_folder_does_not_hide_the_others(write: Write) -> None:
    good, bad = write(plain_rows(4), "d/a.json"), write("[", "d/b.json")
    write([], "d/c.json")
    report = check_data(str(good.parent))
    assert report.rows == 4
    assert report.has_errors
    assert [finding.places for finding in report.findings] == [[f"{bad}:1:2"], [str(good.parent / "c.json")]]


def test_tokens_are_counted_with_the_configs_template_and_tokenizer(write: Write) -> None:
    path = write(plain_rows(6))
    report = check_data(str(path), config_for(path))
    assert report.tokens is not None and report.longest is not None
    assert report.longest <= report.tokens <= 6 * report.longest
    assert f"{report.tokens} tokens" in report.as_text()


def test_rows_that_would_be_cut_are_listed_with_the_length_that_is_enough(write: Write) -> None:
    rows = [*plain_rows(6), row(("user", "Q"), ("assistant", "word " * 60))]
    path = write(rows)
    report = check_data(str(path), config_for(path, max_length=40))
    assert found(report) == {OVERLONG: ["data.json:7"]}
    assert str(report.longest) in report.findings[0].fix
    assert check_data(str(path), config_for(path, max_length=report.longest)).findings == []


def test_a_plain_text_longer_than_a_row_is_cut_only_without_packing(write: Write) -> None:
    path = write("word " * 100, "a.txt")
    assert check_data(str(path), config_for(path, max_length=40)).findings == []
    assert OVERLONG in found(check_data(str(path), config_for(path, max_length=40, pack_to_max_length=False)))


def test_a_model_that_is_not_here_leaves_the_tokens_uncounted(write: Write) -> None:
    path = write(plain_rows(4))
    report = check_data(str(path), config_for(path, pretrained_model_name_or_path="internlm/internlm2-chat-1_8b"))
    assert (report.rows, report.tokens, report.findings) == (4, None, [])


def test_the_report_as_json_counts_every_place(write: Write) -> None:
    shown = check_data(str(write([*plain_rows(20), *plain_rows(8)]))).as_json()
    assert shown["rows"] == 28
    (finding,) = shown["findings"]
    assert finding["severity"] == "note"
    assert finding["count"] == len(finding["places"]) == 16


def test_a_long_list_of_places_is_shortened_for_reading(write: Write) -> None:
    text = check_data(str(write([*plain_rows(20), *plain_rows(8)]))).as_text()
    assert "[16] data.json:1, data.json:2, data.json:3 (+13)" in text


def test_a_missing_file_is_no_finding_but_a_refusal() -> None:
    with pytest.raises(WorkbenchError, match="does not exist"):
        check_data("nowhere.json")
