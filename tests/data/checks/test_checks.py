"""Checking data before it is trained on: files, rows and turns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.data.checks.rows import A, Q, config_for, details, found, plain_rows, row, severity
from tests.data.conftest import Write
from workbench.data.checks import check_data
from workbench.data.conversation import Conversation
from workbench.data.formats import FORMATS, DatasetFormat, FormatChoice, get_format
from workbench.data.formats.row import RowError
from workbench.data.read import read_file
from workbench.errors import WorkbenchError

EMPTY = "rows without an answer; they are left out"
SYSTEM_ONLY = "rows with nothing but a system text; they are left out"
EXCLUDED = "rows whose answers are all excluded with loss: false or weight: 0; they are left out"
NOTHING = "No row has anything to train on."
LEADING = "rows with answers before the first question; those answers are left out"
UNASKED = "rows with an answer to no question; it is trained as the answer to an empty one"
JOINED = "rows with questions in a row; they are joined"
EMPTY_QUESTIONS = "empty questions; their answers are trained as answers to nothing"
EMPTY_ANSWERS = "empty answers; the model learns to say nothing there"
UNUSED = "files with columns that are not used"
UNENDED = "rows that end without an answer; what follows the last answer is left out"


@pytest.mark.parametrize("count", [1, 3, 30])
def test_sound_data_has_no_findings(write: Write, count: int) -> None:
    report = check_data(str(write(plain_rows(count))))
    assert report.findings == []
    assert (report.rows, report.tally.kept, report.formats) == (count, count, ["openai"])
    assert "Nothing wrong was found." in report.as_text()


def test_rows_without_an_answer_are_listed(write: Write) -> None:
    rows = [*plain_rows(20), row(("user", "Q"), ("assistant", "  "))]
    report = check_data(str(write(rows)))
    assert found(report)[EMPTY] == ["data.json:21"]
    assert report.tally.left_out == {"no_answer": 1}


def test_rows_that_are_only_a_system_text_are_called_that(write: Write) -> None:
    report = check_data(str(write([*plain_rows(20), row(("system", "You are kind."))])))
    assert found(report) == {SYSTEM_ONLY: ["data.json:21"]}
    assert report.tally.left_out == {"system_only": 1}


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


@pytest.mark.parametrize("speaker", ["tool", "system"])
def test_the_result_of_a_tool_may_stand_between_two_answers(write: Write, speaker: str) -> None:
    assert check_data(str(write([*plain_rows(20), row(Q, A, (speaker, "Response:42"), A)]))).findings == []


def test_rows_whose_answers_are_excluded_are_not_called_unanswered(write: Write) -> None:
    excluded = {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A", "loss": False}]}
    assert found(check_data(str(write([*plain_rows(20), excluded])))) == {EXCLUDED: ["data.json:21"]}


@pytest.mark.parametrize("pairs", [(A, A), (Q,), (Q, ("assistant", " "))])
def test_data_without_anything_to_train_on_is_an_error(write: Write, pairs: tuple[tuple[str, str], ...]) -> None:
    report = check_data(str(write([row(*pairs), row(*pairs)])))
    assert report.has_errors
    assert found(report)[NOTHING] == ["data.json:1", "data.json:2"]


@pytest.mark.parametrize("bad", [{"messages": [{"role": "robot", "content": "Q"}]}, "no object"])
def test_a_bad_row_is_counted_and_hides_no_other(write: Write, bad: Any) -> None:
    path = write([row(Q, A), bad, bad, row(Q, ("assistant", "B"))])
    report = check_data(str(path))
    assert (report.rows, report.formats, report.tally.left_out) == (4, ["openai"], {"bad": 2})
    (finding,) = report.findings
    assert all(place.startswith(f"data.json:{number}") for number, place in zip((2, 3), finding.places, strict=True))
    assert report.has_errors


def test_a_config_that_leaves_bad_rows_out_makes_them_warnings(write: Write) -> None:
    path = write([*plain_rows(20), "no object"])
    assert check_data(str(path), config_for(path)).has_errors
    report = check_data(str(path), config_for(path, bad_rows="leave_out"))
    assert report.has_warnings and not report.has_errors


def test_a_torn_line_is_counted_and_hides_no_other(write: Write) -> None:
    path = write('{"input": "Q", "output": "A"}\n{"inp\n{"input": "R", "output": "B"}\n', "a.jsonl")
    report = check_data(str(path))
    assert (report.rows, report.tally.kept) == (3, 2)
    ((place,),) = [finding.places for finding in report.findings]
    assert place.startswith("a.jsonl:2")


def test_many_ways_to_be_wrong_are_told_apart_only_to_a_limit(write: Write) -> None:
    bad = [row((f"robot {number}", "Q")) for number in range(300)]
    report = check_data(str(write([*plain_rows(3), *bad])))
    assert report.tally.left_out == {"bad": 300}
    assert sum(finding.count for finding in report.findings) == 300
    assert len(report.findings) == 201


def test_a_file_that_cannot_be_read_has_totals_and_no_empty_remedy(write: Write) -> None:
    assert check_data(str(write("", "a.json"))).as_text().splitlines() == [
        "0 rows read = 0 kept + 0 left out",
        "files not read, or not to their end: 1; what is not read is not counted",
        "",
        "error: The data file is empty. [1]",
        "    a.json",
    ]


def test_texts_about_the_folder_are_named_as_not_read(write: Write) -> None:
    folder = write(plain_rows(2), "d/a.json").parent
    for name in ("README.md", "notes.md", "t.txt"):
        write("Some words.", f"d/{name}")
    about = "texts about the folder, such as a README, that are not read"
    for named in (folder, folder / "*.*"):
        report = check_data(str(named))
        assert [Path(place).name for place in found(report)[about]] == ["README.md"]
        assert report.rows == 4
    assert about not in found(check_data(str(folder / "README.md")))


def test_each_path_may_have_a_format_of_its_own(write: Write) -> None:
    paths = [str(write(plain_rows(2), "a.json")), str(write([{"question": "Q", "answer": "A"}], "b.json"))]
    report = check_data(paths, None, FormatChoice("openai, law_reference"))
    assert report.formats == ["openai", "law_reference"] and not report.has_errors
    with pytest.raises(WorkbenchError, match="2 formats are named for 1 paths"):
        check_data(paths[0], None, FormatChoice("openai,sharegpt"))


@pytest.mark.parametrize("value", [5, 0.5, True])
def test_numbers_in_place_of_text_are_trained_and_said(write: Write, value: object) -> None:
    rows = [{"question": "Q", "answer": value}, {"question": "R", "answer": "A"}]
    path = write(rows, "a.json")
    report = check_data(str(path))
    what = "rows with a number, true or false in place of a text; it is trained as Python writes it"
    assert found(report)[what] == ["a.json:1"] and report.tally.kept == 2
    sample = read_file(path).rows[0].sample
    assert isinstance(sample, Conversation) and sample.turns[1].content == str(value)


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [{"role": "user", "content": 5}, {"role": "assistant", "content": 5}]},
        {"conversations": [{"from": "human", "value": 5}, {"from": "gpt", "value": 5}]},
        {"conversation": [{"input": 5, "output": 5}]},
        {"instruction": "I", "output": "A", "history": [[5, 5]]},
        {"prompt": 5, "chosen": 5, "rejected": "B"},
        {"text": 5},
    ],
)
def test_numbers_are_taken_alike_in_every_format(write: Write, row: dict[str, object]) -> None:
    path = write([row], "a.json")
    report = check_data(str(path))
    assert [places for what, places in found(report).items() if what.startswith("rows with a number")] == [["a.json:1"]]
    sample = read_file(path).rows[0].sample
    assert isinstance(sample, Conversation) and sample.numbers in {1, 2}
    assert "5" in [turn.content for turn in sample.turns]


@pytest.mark.parametrize("content", [[5], {"a": 5}, float("nan")])
def test_what_is_neither_text_nor_number_is_refused_in_messages(content: object) -> None:
    messages = [{"role": "user", "content": content}, {"role": "assistant", "content": "A"}]
    with pytest.raises(RowError) as caught:
        get_format("openai").convert({"messages": messages})
    assert caught.value.field.startswith("messages[0].content")


def test_a_format_that_is_not_recognised_is_a_finding(write: Write) -> None:
    report = check_data(str(write([{"colour": 1}])))
    assert report.has_errors and report.rows == 0


def test_a_named_format_is_taken(write: Write) -> None:
    path = write([{"question": "Q", "answer": "A"}])
    assert check_data(str(path), None, FormatChoice("law_reference")).formats == ["law_reference"]


def test_plain_texts_have_no_order(write: Write) -> None:
    assert check_data(str(write("Once upon a time.", "a.txt"))).findings == []


def test_a_bad_file_of_a_folder_does_not_hide_the_others(write: Write) -> None:
    good = write(plain_rows(4), "d/a.json")
    write("[", "d/b.json")
    write([], "d/c.json")
    report = check_data(str(good.parent))
    assert report.tally.kept == 4
    assert report.has_errors
    places = [finding.places[0] for finding in report.findings]
    assert any(place.startswith("b.json:1") for place in places)
    assert "c.json" in places


def test_places_in_a_folder_name_the_folders_below_it(write: Write) -> None:
    write(plain_rows(20), "d/one/a.json")
    top = write([row(Q)], "d/two/a.json").parent.parent
    assert found(check_data(str(top)))[EMPTY] == ["two/a.json:1"]


def test_a_file_has_one_name_in_a_report_whatever_is_wrong_with_its_rows(write: Write) -> None:
    rows = "\n".join([json.dumps(row(Q)), "{torn", json.dumps(row(("robot", "Q"))), *map(json.dumps, plain_rows(9))])
    first, second = write(rows, "one/a\nb.jsonl"), write(plain_rows(2), "two/a.json")
    places = [place for finding in check_data(str(first)).findings for place in finding.places]
    assert len(places) == 3 and all(place.startswith("a\\nb.jsonl:") for place in places)
    places = [place for finding in check_data([str(first), str(second)]).findings for place in finding.places]
    assert any(place.startswith(f"{second}:1") for place in places), "several paths need their folders to be told apart"


def test_several_paths_are_checked_as_one(write: Write) -> None:
    one, two = write(plain_rows(4), "a.json"), write([{"input": "Q", "output": "A"}], "b.json")
    report = check_data([str(one), str(two)])
    assert (report.rows, report.formats) == (5, ["openai", "default"])


def test_without_a_path_the_data_of_the_config_is_checked_each_as_it_is_read(write: Write) -> None:
    one, two = write([{"question": "Q", "answer": "A"}], "one.json"), write([{"input": "Q", "output": "A"}], "two.json")
    config = config_for(one, data_path=[str(one), str(two)], dataset_format="law_reference,crime_kg_assitan")
    assert check_data((), config).formats == ["law_reference", "crime_kg_assitan"]
    with pytest.raises(WorkbenchError, match="nothing to check"):
        check_data()


@pytest.mark.parametrize(
    ("pairs", "what"),
    [
        ((Q, ("assistant", " "), Q, A), EMPTY_ANSWERS),
        ((Q, A, ("user", ""), A), EMPTY_QUESTIONS),
    ],
)
def test_empty_texts_in_a_row_that_is_trained_are_named(
    write: Write, pairs: tuple[tuple[str, str], ...], what: str
) -> None:
    report = check_data(str(write([*plain_rows(20), row(*pairs)])))
    number = next(number for number, (_role, text) in enumerate(pairs) if not text.strip())
    assert found(report) == {what: [f"data.json:21:messages[{number}]"]}
    assert severity(report, what) == "warning"


def test_columns_that_are_not_used_are_named_once_a_file(write: Write) -> None:
    path = write([row(Q, A, id=1), row(Q, ("assistant", "B"), source="web"), row(Q, ("assistant", "C"))])
    report = check_data(str(path))
    assert found(report) == {UNUSED: ["data.json"]}
    assert details(report, UNUSED) == ["id, source"]
    mapped = write([{"q": "Q", "a": {"text": "A"}, "why": 1}])
    report = check_data(str(mapped), config_for(mapped, dataset_columns={"input": "q", "output": "a.text"}))
    assert details(report, UNUSED) == ["why"]


def test_files_of_a_folder_that_are_not_read_are_named(write: Write) -> None:
    folder = write(plain_rows(3), "d/a.json").parent
    for name in ("book.xlsx", "deep/text.PDF", "cat.jpg", ".hidden.doc", "LICENSE"):
        write("x", f"d/{name}")
    (finding,) = check_data(str(folder)).findings
    assert finding.severity == "note"
    assert finding.what == "files that are not read: .xlsx (1), .pdf (1)"
    assert finding.places == ["book.xlsx", "deep/text.PDF"]


def test_a_pattern_names_files(write: Write) -> None:
    folder = write(plain_rows(4), "d/a.json").parent
    write(plain_rows(2), "d/b.jsonl")
    assert check_data(str(folder / "*.json")).rows == 4


def test_a_name_of_a_file_cannot_move_the_cursor(write: Write) -> None:
    text = check_data(str(write([row(Q)], "a\x1b[2J\nb.json"))).as_text()
    assert "\x1b" not in text
    assert "a[2J\\nb.json:1" in text


def test_a_missing_file_is_no_finding_but_a_refusal() -> None:
    with pytest.raises(WorkbenchError, match="does not exist"):
        check_data("nowhere.json")


def test_rows_of_which_none_is_kept_are_an_error_whatever_the_reasons(write: Write) -> None:
    path = write(["no object", row(Q, A, images=["a.jpg"])])
    report = check_data(str(path), config_for(path, bad_rows="leave_out"), image_folder=Path("/"))
    assert report.tally.left_out == {"bad": 1, "picture": 1}
    assert report.has_errors


KINDS = {
    "kept": row(("user", "Who are you?"), ("assistant", "A helper.")),
    "no_answer": row(Q),
    "system_only": row(("system", "S")),
    "leading": row(A),
    "excluded": {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A", "loss": False}]},
    "bad": {"messages": "no list"},
    "nothing_left": row(("user", "word " * 60), A),
}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=30))
def test_read_is_kept_and_left_out_by_reason_for_any_mixture(write: Write, kinds: list[str]) -> None:
    path = write([KINDS["kept"], *(KINDS[kind] for kind in kinds)])
    report = check_data(str(path), config_for(path, max_length=40))
    expected = {kind: kinds.count(kind) for kind in kinds if kind != "kept"}
    assert report.tally.left_out == expected
    assert report.rows == report.tally.kept + sum(expected.values()) == len(kinds) + 1
    shown = report.as_json()
    assert shown["rows"] == shown["kept"] + sum(reason["count"] for reason in shown["left_out"])


def test_severities_come_worst_first(write: Write) -> None:
    repeated = plain_rows(1)[0]
    report = check_data(str(write([*plain_rows(20), repeated, row(Q), "no object"])))
    assert [finding.severity for finding in report.findings] == ["error", "warning", "note"]
    assert severity(report, EMPTY) == "warning"


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_the_example_of_every_format_is_read_and_kept(write: Write, known: DatasetFormat) -> None:
    report = check_data(str(write([known.example])), None, FormatChoice(known.name))
    assert (report.rows, report.tally.kept) == (1, 1)
    assert {finding.what for finding in report.findings if finding.severity == "error"} <= {
        "pictures that are not there"
    }


def test_a_name_on_a_hub_is_fetched_and_then_checked(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(plain_rows(4), "cache/a.json").parent
    asked: list[str] = []

    def fetched(name: str) -> Path:
        asked.append(name)
        return folder

    monkeypatch.setattr("workbench.data.hub.fetched", fetched)
    assert check_data("owner/name").rows == 4
    assert asked == ["owner/name"]


def test_a_file_is_read_as_the_config_reads_it(write: Write) -> None:
    one, two = write([{"question": "Q", "answer": "A"}], "one.json"), write([{"input": "Q", "output": "A"}], "two.json")
    config = config_for(one, data_path=[str(one), str(two)], dataset_format="law_reference,crime_kg_assitan")
    assert check_data(str(one), config).formats == ["law_reference"]
    assert check_data(str(two), config).formats == ["crime_kg_assitan"]
    assert check_data(str(write(plain_rows(3), "other.json")), config).formats == ["openai"]


def test_a_file_that_cannot_be_read_among_others_stands_beside_the_totals(write: Write) -> None:
    path = write(plain_rows(2), "good.json")
    path.with_name("bad.csv").write_text("问题,回答\n你好,再见\n", encoding="gb18030")
    report = check_data(str(path.parent))
    assert (report.rows, report.as_json()["files_not_read"]) == (2, 1)
    assert "files not read, or not to their end: 1; what is not read is not counted" in report.as_text()
    assert check_data(str(path)).as_json()["files_not_read"] == 0
