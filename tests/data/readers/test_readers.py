"""The readers: whatever rows are written in any kind of file come back, and nothing of a file's size stays in memory."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from workbench.data.formats import FormatChoice
from workbench.data.read import open_file, raw_rows, read_file
from workbench.data.readers import json_lines, plain_text, stream, window
from workbench.errors import WorkbenchError

SLOW_START = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXT, inside, max_size=3),
    max_leaves=8,
)
ROWS = st.lists(st.dictionaries(TEXT, VALUE, min_size=1, max_size=3), min_size=1, max_size=5)
SAMPLES = [{"input": f"{number}+1?", "output": f"是 {number + 1}"} for number in range(600)]


def as_list(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps(rows, ensure_ascii=False).encode()


def as_printed_list(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps(rows, indent=2).encode()


def as_lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def as_object(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps({"version": 1, "data": rows, "about": {"n": [1]}}, ensure_ascii=False).encode()


KINDS: list[tuple[str, Callable[[list[dict[str, Any]]], bytes]]] = [
    ("a.json", as_list),
    ("b.json", as_printed_list),
    ("c.jsonl", as_lines),
    ("d.ndjson", lambda rows: b"\xef\xbb\xbf" + as_lines(rows).replace(b"\n", b"\r\n\r\n")),
    ("e.json", as_object),
    ("f.json.gz", lambda rows: gzip.compress(as_list(rows))),
    ("g.jsonl.zst", lambda rows: zstandard.compress(as_lines(rows))),
    ("h.jsonl.zst", lambda rows: b"".join(zstandard.compress(as_lines([row])) for row in rows)),
    ("i.jsonl.gz", lambda rows: b"".join(gzip.compress(as_lines([row])) for row in rows)),
]


def contents(path: Path) -> list[dict[str, Any]]:
    return [row for _number, row in raw_rows(path)]


@pytest.fixture(params=[1, 7, 2**18], ids=lambda size: f"{size} bytes at once")
def pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in so small pieces that values and characters are cut everywhere."""
    monkeypatch.setattr(window, "_CHUNK", request.param)
    monkeypatch.setattr(stream, "_PACKED_BUFFER", request.param)


@pytest.mark.usefixtures("pieces")
@SLOW_START
@given(rows=ROWS)
def test_rows_of_any_values_come_back_from_any_kind_of_json(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    for name, write in KINDS:
        path = tmp_path / name
        path.write_bytes(write(rows))
        assert contents(path) == rows, name


@pytest.mark.usefixtures("pieces")
@SLOW_START
@given(rows=ROWS, share=st.floats(0, 1), kind=st.sampled_from(KINDS))
def test_of_a_file_cut_anywhere_only_whole_rows_come(
    rows: list[dict[str, Any]], share: float, kind: tuple[str, Callable[[list[dict[str, Any]]], bytes]], tmp_path: Path
) -> None:
    name, write = kind
    whole = write(rows)
    path = tmp_path / name
    path.write_bytes(whole[: int(len(whole) * share)])
    bad: list[WorkbenchError] = []
    found = []
    try:
        found += [row for _number, row in raw_rows(path, bad)]
    except WorkbenchError:
        return
    assert found == rows[: len(found)] or name == "e.json"


@SLOW_START
@given(data=st.binary(max_size=60) | TEXT.map(str.encode), name=st.sampled_from(["a.json", "a.jsonl", "a.csv", "a.tsv", "a.txt", "a.parquet", "a.arrow", "a.json.gz", "a.jsonl.zst", "a.arrow.gz"]))  # fmt: skip
def test_any_bytes_give_rows_or_an_error_of_ours(data: bytes, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    bad: list[WorkbenchError] = []
    try:
        for row in open_file(path, bad=bad).rows:
            assert row.sample is not None
    except WorkbenchError as error:
        bad.append(error)
    assert all(error.where and error.what for error in bad)


def written_table(path: Path) -> None:
    parquet.write_table(pa.Table.from_pylist(SAMPLES), path, row_group_size=70)


def written_stream(path: Path) -> None:
    table = pa.Table.from_pylist(SAMPLES)
    with pa.ipc.new_stream(str(path), table.schema) as writer:
        writer.write_table(table, max_chunksize=70)


def written_file(path: Path) -> None:
    table = pa.Table.from_pylist(SAMPLES)
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table, max_chunksize=400)


@pytest.mark.parametrize(
    ("name", "write"), [("a.parquet", written_table), ("s.arrow", written_stream), ("f.arrow", written_file)]
)
@pytest.mark.parametrize("packed", ["", ".gz", ".zst"])
def test_rows_come_back_from_parquet_and_arrow(
    tmp_path: Path, name: str, write: Callable[[Path], None], packed: str
) -> None:
    plain = tmp_path / name
    write(plain)
    path = tmp_path / (name + packed)
    path.write_bytes({"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}[packed](plain.read_bytes()))
    assert list(raw_rows(path)) == list(enumerate(SAMPLES, start=1))


TABLE = 'input,output,note\n1+1?,2,\n"two\nlines, a ""word""",4,x\n\n天空？,蓝,y\n'
CELLS = [
    (2, {"input": "1+1?", "output": "2", "note": ""}),
    (3, {"input": 'two\nlines, a "word"', "output": "4", "note": "x"}),
    (6, {"input": "天空？", "output": "蓝", "note": "y"}),
]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", TABLE),
        ("b.csv", TABLE.replace("\n", "\r\n").replace("two\r\n", "two\n")),
        ("c.csv", "\ufeff" + TABLE),
        ("d.tsv", 'input\toutput\tnote\n1+1?\t2\t\n"two\nlines, a ""word"""\t4\tx\n\n天空？\t蓝\ty\n'),
        ("e.csv", 'input;output;note\n1+1?;2;\n"two\nlines, a ""word""";4;x\n\n天空？;蓝;y\n'),
        ("f.csv", TABLE.rstrip()),
    ],
)
def test_a_table_gives_its_cells_with_the_lines_they_begin_on(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    assert list(raw_rows(path)) == CELLS


def test_cells_of_some_columns_hold_json_and_of_others_text_that_looks_like_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('messages,prompt,chosen,text,history\n"[{""role"": ""user""}]",[INST] hi,"[{""a"": 1}]",[1],\n')
    assert contents(path) == [
        {"messages": [{"role": "user"}], "prompt": "[INST] hi", "chosen": [{"a": 1}], "text": "[1]", "history": ""}
    ]


def test_a_single_object_is_a_row_even_if_it_holds_a_list_of_objects(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    row = {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]}
    path.write_text(json.dumps(row, indent=1))
    assert list(raw_rows(path)) == [(1, row)]


def test_of_an_object_that_holds_the_rows_the_name_of_the_list_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(as_object(SAMPLES[:2]))
    data = read_file(path)
    assert data.reason.endswith("; its rows are in the list data")
    assert [row.number for row in data.rows] == [1, 2]


@pytest.mark.parametrize("kind", ["json", "jsonl", "csv", "object", "parquet"])
def test_a_file_of_any_size_is_read_with_little_memory(tmp_path: Path, kind: str) -> None:
    row = {"input": "Why? " * 60, "output": "So. " * 60}
    count = 12_000
    path = tmp_path / ("a.json" if kind == "object" else f"a.{kind}")
    if kind == "csv":
        path.write_text("input,output\n" + (",".join(row.values()) + "\n") * count)
    elif kind == "parquet":
        parquet.write_table(pa.Table.from_pylist([row] * count), path, use_dictionary=False)
    else:
        path.write_bytes({"json": as_list, "jsonl": as_lines, "object": as_object}[kind]([row] * count))
    tracemalloc.start()
    assert sum(1 for _row in open_file(path).rows) == count
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 6 * 1024**2


@pytest.mark.parametrize(("name", "millions"), [("a.jsonl", 100), ("a.json", 20)])
def test_a_row_may_be_as_long_as_100_million_characters(tmp_path: Path, name: str, millions: int) -> None:
    path = tmp_path / name
    with path.open("w") as file:
        file.write('{"text": "')
        file.write("a" * millions * 10**6)
        file.write('"}\n')
    ((number, row),) = raw_rows(path)
    assert (number, len(row["text"])) == (1, millions * 10**6)


def test_a_longer_row_than_can_be_held_is_named_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (json_lines, plain_text, window):
        monkeypatch.setattr(module, "MOST_CHARACTERS", 1000)
    monkeypatch.setattr(window, "_CHUNK", 100)
    long, short = {"text": "a" * 2000}, {"text": "b"}
    lines, whole, text = tmp_path / "a.jsonl", tmp_path / "a.json", tmp_path / "a.txt"
    lines.write_bytes(as_lines([short, long, short]))
    whole.write_bytes(as_printed_list([short, long, short]))
    text.write_text("a" * 2000)
    bad: list[WorkbenchError] = []
    assert [number for number, _row in raw_rows(lines, bad)] == [1, 3]
    assert list(raw_rows(text, bad)) == []
    with pytest.raises(WorkbenchError, match="million characters") as caught:
        list(raw_rows(whole, bad))
    assert [error.where for error in [*bad, caught.value]] == [f"{lines}:2", f"{text}:1", f"{whole}:5"]


def test_a_name_with_line_breaks_and_control_characters_is_said_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a\n\x1b[31mb\udcff.jsonl"
    path.write_text("[]\n")
    with pytest.raises(WorkbenchError) as caught:
        contents(path)
    assert caught.value.where is not None and caught.value.where.isprintable()
    assert caught.value.where.endswith("/a\\n[31mb\\udcff.jsonl:1")


def is_open(path: Path) -> bool:
    return str(path) in {file.path for file in psutil.Process().open_files()}


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.csv", "a.jsonl.gz"])
def test_a_file_is_open_only_while_its_rows_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    text = b"input\n1\n2\n3\n" if name == "a.csv" else as_lines(SAMPLES[:3])
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    rows = raw_rows(path)
    next(rows)
    assert is_open(path)
    rows.close()  # type: ignore[attr-defined]
    assert not is_open(path)


def test_a_broken_file_is_closed_again(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[{}, {]")
    with pytest.raises(WorkbenchError):
        contents(path)
    assert not is_open(path)


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_a_first_line_of_a_spreadsheet_names_the_separator_and_is_no_row(tmp_path: Path, separator: str) -> None:
    table = tmp_path / "a.csv"
    table.write_text(f'sep={separator}\r\ninput{separator}output\r\n"a,b;c"{separator}2\r\n', newline="")
    assert list(raw_rows(table)) == [(3, {"input": "a,b;c", "output": "2"})]
    table.write_text(f"sep={separator}\ninput{separator}input\n")
    with pytest.raises(WorkbenchError, match="stands twice") as caught:
        list(raw_rows(table))
    assert caught.value.where == f"{table}:2"


def test_cells_of_columns_in_capitals_are_json_where_they_look_like_it(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text('Messages,Labels\n"[{""role"": ""user"", ""content"": ""Q""}]",red\n')
    assert list(raw_rows(table)) == [(2, {"Messages": [{"role": "user", "content": "Q"}], "Labels": "red"})]


def test_json_lines_in_a_text_file_are_not_taken_for_one_text(tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_bytes(b"\n" + as_lines(SAMPLES))
    with pytest.raises(WorkbenchError, match="Every line of this text is a JSON object") as caught:
        read_file(text)
    assert caught.value.where == str(text) and caught.value.fix == "Let the file's name end in .jsonl."


@pytest.mark.parametrize("content", ["{\n}\n", '{"a": 1}\nand text\n', "[1]\n", "{not JSON}\n"])
def test_texts_with_braces_are_texts(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.md").write_text(content)
    assert list(raw_rows(tmp_path / "a.md")) == [(1, {"text": content})]


TEXT_FILE = "one\r\n two\n\n \nthree\nfour"


@pytest.mark.parametrize(
    ("name", "format_name", "rows"),
    [
        ("a.txt", "auto", [(1, "one"), (2, " two"), (5, "three"), (6, "four")]),
        ("a.txt", "text", [(1, "one"), (2, " two"), (5, "three"), (6, "four")]),
        ("a.txt", "text_paragraphs", [(1, "one\r\n two"), (5, "three\nfour")]),
        ("a.txt", "text_file", [(1, TEXT_FILE)]),
        ("a.md", "auto", [(1, TEXT_FILE)]),
        ("a.md", "text_paragraphs", [(1, "one\r\n two"), (5, "three\nfour")]),
    ],
)
def test_a_row_of_a_text_file_is_a_line_a_paragraph_or_all(
    tmp_path: Path, name: str, format_name: str, rows: list[tuple[int, str]]
) -> None:
    (tmp_path / name).write_bytes(TEXT_FILE.encode())
    found = raw_rows(tmp_path / name, choice=FormatChoice(format_name))
    assert [(number, row["text"]) for number, row in found] == rows


def test_how_a_text_file_is_divided_is_said_with_its_format(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Once.\nTwice.\n")
    assert "each line is a row" in open_file(tmp_path / "a.txt").reason


@pytest.mark.parametrize(
    ("encoding", "text", "said"),
    [
        ("gb18030", "天空是什么颜色的？今天的天空是蓝色的。", "it looks like GB18030."),
        ("big5", "你好嗎我們，今天的天氣非常好。謝謝", "it looks like Big5."),
        ("gb18030", "你好", "it may be GB18030, or Big5."),
        ("latin-1", "un café à Besançon", "belongs to another encoding"),
    ],
)
def test_an_encoding_is_named_if_the_text_tells_it_apart(tmp_path: Path, encoding: str, text: str, said: str) -> None:
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    with pytest.raises(WorkbenchError) as caught:
        list(raw_rows(tmp_path / "a.txt"))
    assert said in caught.value.what
    assert caught.value.fix is not None and "iconv -f" in caught.value.fix


@pytest.mark.parametrize(
    ("line", "what", "fix"),
    [
        ('{"text": "a"},', "A comma stands behind the row", "Remove the comma"),
        ('[{"text": "a"}]', "not a list", "let the file's name end in .json"),
    ],
)
def test_json_that_is_no_json_lines_is_told_how_to_become_it(tmp_path: Path, line: str, what: str, fix: str) -> None:
    (tmp_path / "a.jsonl").write_text(f"{line}\n")
    with pytest.raises(WorkbenchError, match=what) as caught:
        list(raw_rows(tmp_path / "a.jsonl"))
    assert caught.value.fix is not None and fix in caught.value.fix


def test_a_file_of_bad_rows_names_the_first_cause(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("5\n[]\n")
    with pytest.raises(WorkbenchError, match="No row of the file can be read") as caught:
        open_file(tmp_path / "a.jsonl", bad=[])
    assert f"{tmp_path / 'a.jsonl'}:1: This row cannot be used: a row must be an object" in caught.value.what
