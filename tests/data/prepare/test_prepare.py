"""Preparing: the same tokens however many processes work on it, kept for the next run, and every row accounted for."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.data.conftest import SAMPLE, Write
from workbench.data.formats import FormatChoice
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.prepare import pieces
from workbench.data.prepare.prepare import prepared
from workbench.data.prepare.report import DataReport
from workbench.data.prepare.request import PrepareRequest
from workbench.data.prepare.store import TokenStore
from workbench.data.prepare.write import prepare_into
from workbench.data.sources import Source, SourceFile
from workbench.errors import WorkbenchError
from workbench.i18n import set_language


def request_for(path: Path, **changes: Any) -> PrepareRequest:
    choice = changes.pop("choice", FormatChoice())
    fields: dict[str, Any] = {"template": "internlm2_chat", "max_length": 64}
    return PrepareRequest((Source(str(path), choice),), **(fields | changes))


def lines(rows: list[Any]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def mixed_rows(count: int) -> list[dict[str, str]]:
    """Rows that are trained, cut, empty, or left without a trained token."""
    draw = random.Random(3)
    questions = ("hello", "who are you? " * 40, "你好", "one two three")
    answers = ("fine", "", "the answer is long " * 40, "好的")
    return [{"input": draw.choice(questions), "output": draw.choice(answers)} for _row in range(count)]


def written(folder: Path) -> bytes:
    return next(folder.glob("*.arrow")).read_bytes()


@pytest.mark.parametrize("processes", [2, 3])
def test_the_tokens_do_not_depend_on_the_number_of_processes(
    write: Write, light: LightTokenizer, tmp_path: Path, processes: int
) -> None:
    path = write(lines(mixed_rows(2_300)), "rows.jsonl")
    alone = prepare_into(tmp_path / "alone", request_for(path), light, [SourceFile(path)], processes=1)
    several = prepare_into(tmp_path / "several", request_for(path), light, [SourceFile(path)], processes=processes)
    assert alone == several
    assert alone.adds_up and alone.read == 2_300
    assert written(tmp_path / "alone") == written(tmp_path / "several")


def test_a_second_run_finds_the_tokens_of_the_first(write: Write, light: LightTokenizer) -> None:
    path = write(lines(mixed_rows(30)), "again.jsonl")
    first = prepared(request_for(path), light)
    asked: list[tuple[int, int]] = []
    second = prepared(request_for(path), light, lambda done, expected: asked.append((done, expected)))
    assert (second.folder, second.record, asked) == (first.folder, first.record, [])


@pytest.mark.parametrize(
    "changes",
    [
        {"template": "qwen_chat", "max_length": 32},
        {"template": "vicuna"},
        {"max_length": 65},
        {"choice": FormatChoice("default")},
        {"most_rows": 5},
        {"bad_rows": "leave_out"},
    ],
)
def test_another_request_gets_tokens_of_its_own(write: Write, light: LightTokenizer, changes: dict[str, Any]) -> None:
    path = write(lines(mixed_rows(30)), "others.jsonl")
    assert prepared(request_for(path), light).folder != prepared(request_for(path, **changes), light).folder


def test_a_changed_file_is_noticed(write: Write, light: LightTokenizer) -> None:
    before = prepared(request_for(write(lines(mixed_rows(30)), "changing.jsonl")), light)
    after = prepared(request_for(write(lines(mixed_rows(31)), "changing.jsonl")), light)
    assert (before.record.report.read, after.record.report.read) == (30, 31)


def test_what_is_said_of_bad_rows_is_said_in_the_language_of_the_run(write: Write, light: LightTokenizer) -> None:
    path = write(lines([*mixed_rows(5), {"input": "Q"}]), "told.jsonl")
    said = []
    for language in ("en", "zh_CN"):
        set_language(language)
        (place,) = prepared(request_for(path, bad_rows="leave_out"), light).record.report.bad_places
        said.append(place.isascii())
    set_language("en")
    assert said == [True, False]


def test_another_template_of_the_same_name_is_noticed(write: Write, light: LightTokenizer, tmp_path: Path) -> None:
    path, template = write(lines(mixed_rows(5)), "t.jsonl"), tmp_path / "mine.yaml"
    folders = set()
    for suffix in ("</a>", "</b>"):
        template.write_text(f"name: mine\ninstruction: '<q>{{input}}</q><a>'\nsuffix: {suffix}\nsuffix_as_eos: true\n")
        folders.add(prepared(request_for(path, template=str(template)), light).folder)
    assert len(folders) == 2


def test_answers_that_the_chat_template_shortens_are_counted_with_their_rows(
    write: Write, thinking_model: Path, tmp_path: Path
) -> None:
    said = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "<think>Hm.</think>Yes."}]
    path = write(lines([{"messages": said}, *[{"messages": said * 3}] * 30]), "thoughts.jsonl")
    request, tokenizer = request_for(path, template="auto", max_length=999), LightTokenizer.from_folder(thinking_model)
    report = prepare_into(tmp_path / "out", request, tokenizer, [SourceFile(path)], processes=2)
    assert (report.shortened, report.shortened_answers, report.kept) == (30, 60, 31)
    assert report.shortened_places == [f"{path}:{number}" for number in range(2, 22)]
    (told,) = (said for said in report.sentences() if "leaves words out of 60 answers in 30 rows" in said)
    assert f"{path}:2, {path}:3" in told and "…" in told
    assert not any("leaves words out" in said for said in DataReport(read=1, kept=1).sentences())


def test_few_rows_with_pictures_in_them_wait_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_PICTURE_BYTES_A_PIECE", 2_000)
    rows = [{"text": "Q", "image": {"bytes": b"a" * 100, "path": None}}] * 90
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    path = tmp_path / "rows.parquet"
    made = list(pieces.pieces(request_for(path), [SourceFile(path)], DataReport()))
    assert sum(len(piece.rows) for piece in made) == 90 and max(len(piece.rows) for piece in made) == 21


class TestRowsThatAreNotOfTheirFormat:
    ROWS = (
        *[{"input": f"Q{number}", "output": "A"} for number in range(40)],
        {"input": "Q", "output": ["A"]},
        {"input": "Q", "output": "A"},
        {"input": ["Q"], "output": "A"},
    )

    def test_stop_the_work_at_the_first_of_them(self, write: Write, light: LightTokenizer, tmp_path: Path) -> None:
        path = write(lines([*self.ROWS]) + "{not json}\n", "bad.jsonl")
        for processes in (1, 2):
            with pytest.raises(WorkbenchError) as caught:
                prepare_into(tmp_path / "out", request_for(path), light, [SourceFile(path)], processes=processes)
            assert caught.value.where == f"{path}:41:output"
        assert not list(tmp_path.glob("*out*"))

    def test_are_counted_where_they_are_left_out(self, write: Write, light: LightTokenizer) -> None:
        path = write(lines([*self.ROWS]) + "{not json}\n", "bad.jsonl")
        report = prepared(request_for(path, bad_rows="leave_out"), light).record.report
        assert (report.read, report.kept, report.left_out) == (44, 41, {"bad": 3})
        assert report.adds_up
        assert [place.split(":")[1] for place in report.bad_places] == ["41", "43", "44"]
        assert any("bad.jsonl:43:input" in said for said in report.sentences())

    def test_the_first_is_named_if_none_is_left(self, write: Write, light: LightTokenizer) -> None:
        path = write(lines([{"input": ["Q"], "output": "A"}] * 30), "bad.jsonl")
        request = request_for(path, bad_rows="leave_out", choice=FormatChoice("default"))
        with pytest.raises(WorkbenchError, match=r"the first left out: .*bad.jsonl:1:input: This row is not of"):
            prepared(request, light)


def test_the_last_progress_is_all_rows(write: Write, light: LightTokenizer, tmp_path: Path) -> None:
    short, long = {"input": "Q", "output": "A"}, {"input": "Q " * 200, "output": "A"}
    told: list[tuple[int, int]] = []
    for number, rows in enumerate(([short] * 700 + [long] * 700, [long] * 700 + [short] * 900)):
        path = write(lines(rows), f"rows{number}.jsonl")
        prepare_into(
            tmp_path / f"out{number}", request_for(path), light, [SourceFile(path)], lambda *two: told.append(two)
        )
        assert told[-1] == (len(rows), len(rows))
        assert all(done < expected for done, expected in told[:-1])
        told.clear()


def test_pictures_are_refused_by_a_training_that_reads_text(write: Write, light: LightTokenizer) -> None:
    row = {
        "image": "a.png",
        "conversations": [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A"}],
    }
    with pytest.raises(WorkbenchError, match="picture") as caught:
        prepared(request_for(write([row])), light)
    assert str(caught.value.where).endswith("data.json:1")


def test_tokens_that_the_model_does_not_have_are_refused_by_their_row(write: Write, light: LightTokenizer) -> None:
    rows = [{"input_ids": [1, 5], "labels": [1, 5]}, {"input_ids": [1, 99_999_999], "labels": [1, 99_999_999]}]
    path = write(lines(rows), "tokens.jsonl")
    with pytest.raises(WorkbenchError, match="99999999") as caught:
        prepared(request_for(path), light)
    assert caught.value.where == f"{path}:2:input_ids"
    report = prepared(request_for(path, bad_rows="leave_out"), light).record.report
    assert (report.kept, report.left_out) == (1, {"bad": 1})


def test_a_drawn_subset_is_counted_and_keeps_its_order(write: Write, light: LightTokenizer) -> None:
    path = write([{"input": str(number), "output": str(number)} for number in range(50)])
    report = prepared(request_for(path, most_rows=10), light).record.report
    assert (report.read, report.kept, report.left_out) == (50, 10, {"not_drawn": 40})


def test_rows_come_back_as_they_were_encoded(write: Write, light: LightTokenizer) -> None:
    store = prepared(request_for(SAMPLE / "general_dialogue.json", max_length=512), light)
    lengths = list(store.lengths())
    assert len(store) == len(lengths) == store.record.report.samples
    row = store.row(len(store) - 1)
    assert len(row.input_ids) == len(row.labels) == lengths[-1] == row.lengths[0]
    assert all(label in {token, -100} for token, label in zip(row.input_ids, row.labels, strict=True))
    assert light.decode([token for token in row.labels if token >= 0]).endswith("<|im_end|>")


@pytest.mark.heavy
def test_the_datasets_library_reads_what_was_prepared(write: Write, light: LightTokenizer) -> None:
    import datasets

    store = prepared(request_for(write(lines(mixed_rows(40)), "d.jsonl")), light)
    loaded = datasets.load_from_disk(str(store.folder))
    assert [row["input_ids"] for row in loaded] == [store.row(number).input_ids for number in range(len(store))]
    assert [row["labels"] for row in loaded] == [store.row(number).labels for number in range(len(store))]


def test_a_folder_without_its_record_does_not_count(write: Write, light: LightTokenizer) -> None:
    request = request_for(write(lines(mixed_rows(12)), "half.jsonl"))
    store = prepared(request, light)
    (store.folder / "workbench_data.json").unlink()
    with pytest.raises(WorkbenchError, match="record"):
        TokenStore(store.folder)
    assert prepared(request, light).record == store.record


def test_the_totals_are_said_with_their_reasons() -> None:
    report = DataReport(formats=["openai"], read=7, kept=4, left_out={"no_answer": 2, "bad": 1})
    assert report.adds_up
    assert report.sentences()[0] == (
        "Data: 7 rows read (openai) = 4 trained + 3 left out (2 without an answer to train on, 1 not of their format)."
    )
