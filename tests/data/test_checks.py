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
DISORDERED = "rows whose turns are not in order; questions in a row are joined"
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


@pytest.mark.parametrize(
    "pairs",
    [
        (("user", "Q"), ("user", "Q"), ("assistant", "A")),
        (("user", "Q"), ("assistant", "A"), ("assistant", "A")),
        (("user", "Q"), ("assistant", "A"), ("user", "Q")),
    ],
)
def test_turns_out_of_order_are_listed(write: Write, pairs: tuple[tuple[str, str], ...]) -> None:
    assert found(check_data(str(write([*plain_rows(20), row(*pairs)]))))[DISORDERED] == ["data.json:21"]


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
