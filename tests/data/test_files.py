"""Which files a data path means."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyarrow as pa
import pytest

from tests.data.conftest import SAMPLE, Write
from workbench.data.arrow_folder import ArrowFolderWriter
from workbench.data.files import SUFFIXES, data_files, ending_of, is_data_name, is_local
from workbench.data.read import read_file
from workbench.errors import WorkbenchError

ROWS = [{"input": "1+1?", "output": "2"}]


def save_dataset(path: Path) -> Path:
    """A folder as the datasets library saves it; returns its Arrow file."""
    batch = pa.RecordBatch.from_pylist(ROWS)
    path.parent.mkdir(parents=True, exist_ok=True)
    with ArrowFolderWriter(path, batch.schema) as writer:
        writer.write(batch)
    (file,) = path.glob("*.arrow")
    return file


def names(data_path: Path | str, below: Path) -> list[str]:
    return [str(file.relative_to(below)) for file in data_files(str(data_path))]


def problem_of(data_path: Path | str) -> WorkbenchError:
    with pytest.raises(WorkbenchError) as caught:
        data_files(str(data_path))
    return caught.value


def test_a_missing_file_is_named_as_it_was_given() -> None:
    assert problem_of("nowhere/data.json").where == "nowhere/data.json"
    assert problem_of("nowhere/data.json").what == "The data file does not exist."


def test_a_folder_means_its_data_files_by_name(tmp_path: Path, write: Write) -> None:
    for name in ("b/c.jsonl.gz", "a.json", "b/a.CSV", "d.parquet.zst", "story.md", "notes.rst", "b/x.py"):
        write(ROWS, name)
    assert names(tmp_path, tmp_path) == ["a.json", "b/a.CSV", "b/c.jsonl.gz", "d.parquet.zst", "story.md"]


@pytest.mark.parametrize(
    "name",
    [
        "identity.probes.json",
        "Identity.PROBES.json",
        ".hidden.json",
        ".git/data.json",
        "README.md",
        "LICENSE.txt",
        "readme.zh.md",
        "dataset_infos.json",
    ],
)
def test_what_is_no_training_data_of_a_folder_is_left_out(tmp_path: Path, write: Write, name: str) -> None:
    data = write(ROWS, "data.json")
    write(ROWS, name)
    assert data_files(str(tmp_path)) == [data]


def test_a_file_named_itself_is_read_whatever_its_name(write: Write) -> None:
    for name in (".hidden.json", "README.md", "identity.probes.json"):
        path = write(ROWS, name)
        assert data_files(str(path)) == [path]


def test_a_folder_without_data_files_names_the_endings(tmp_path: Path, write: Write) -> None:
    write("x", "notes.rst")
    problem = problem_of(tmp_path)
    assert problem.what == "The folder holds no data files."
    assert problem.fix is not None and ".jsonl" in problem.fix and ".zst" in problem.fix


def test_a_folder_named_like_a_file_is_a_folder(tmp_path: Path, write: Write) -> None:
    write(ROWS, "x.json/inner.jsonl")
    assert names(tmp_path / "x.json", tmp_path) == ["x.json/inner.jsonl"]
    assert names(tmp_path, tmp_path) == ["x.json/inner.jsonl"]


def test_links_are_followed_once_and_never_in_a_circle(tmp_path: Path, write: Write) -> None:
    write(ROWS, "data/a.json")
    write(ROWS, "elsewhere/b.json")
    (tmp_path / "data/loop").symlink_to(tmp_path / "data", target_is_directory=True)
    (tmp_path / "data/up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "data/again.json").symlink_to(tmp_path / "data/a.json")
    found = {file.resolve() for file in data_files(str(tmp_path / "data"))}
    assert found == {tmp_path / "data/a.json", tmp_path / "elsewhere/b.json"}
    assert len(data_files(str(tmp_path / "data"))) == 2


@pytest.mark.parametrize("target", ["gone.json", "broken.json"])
def test_a_link_that_leads_nowhere_is_an_error_not_a_gap(tmp_path: Path, write: Write, target: str) -> None:
    write(ROWS, "a.json")
    (tmp_path / "broken.json").symlink_to(tmp_path / target)
    problem = problem_of(tmp_path)
    assert (problem.what, problem.where) == ("This link leads to no file.", str(tmp_path / "broken.json"))
    assert problem_of(tmp_path / "broken.json").what == "The data file does not exist."


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.jsonl", ["a.jsonl", "b.jsonl"]),
        ("[a]*", ["a.jsonl"]),
        ("**/*.jsonl", ["a.jsonl", "b.jsonl", "deep/c.jsonl"]),
        ("**", ["a.jsonl", "b.jsonl", "deep/c.jsonl", "deep/d.txt"]),
        ("*", ["a.jsonl", "b.jsonl"]),
        ("deep/?.txt", ["deep/d.txt"]),
    ],
)
def test_a_pattern_means_the_data_files_that_match(
    tmp_path: Path, write: Write, pattern: str, expected: list[str]
) -> None:
    for name in ("b.jsonl", "a.jsonl", "deep/c.jsonl", "deep/d.txt", "deep/e.py", "a.probes.json"):
        write(ROWS, name)
    assert names(tmp_path / pattern, tmp_path) == expected


def test_a_pattern_that_nothing_matches_is_said_to_be_one(tmp_path: Path) -> None:
    problem = problem_of(tmp_path / "*.jsonl")
    assert problem.what == "No data file matches the pattern."


def test_a_file_whose_name_looks_like_a_pattern_is_itself(write: Write) -> None:
    path = write(ROWS, "data[1].json")
    assert data_files(str(path)) == [path]


def test_a_saved_dataset_means_its_arrow_files_alone(tmp_path: Path, write: Write) -> None:
    file = save_dataset(tmp_path / "saved")
    write("not arrow", "saved/cache-0123.arrow")
    assert data_files(str(tmp_path / "saved")) == [file]
    assert data_files(str(tmp_path)) == [file]
    assert len(read_file(file).rows) == 1


def test_of_several_saved_splits_train_is_meant_and_the_others_are_named(tmp_path: Path, write: Write) -> None:
    train, test = save_dataset(tmp_path / "saved/train"), save_dataset(tmp_path / "saved/test")
    write({"splits": ["train", "test"]}, "saved/dataset_dict.json")
    assert data_files(str(tmp_path / "saved")) == [train]
    assert data_files(str(tmp_path / "saved/test")) == [test]
    assert read_file(train).reason.endswith("it is the split train; not read: test")


def test_saved_splits_without_train_name_those_there_are(tmp_path: Path, write: Write) -> None:
    save_dataset(tmp_path / "saved/test")
    write({"splits": ["test", "validation"]}, "saved/dataset_dict.json")
    assert problem_of(tmp_path / "saved").what == "The saved dataset has no train split but test, validation."


@pytest.mark.parametrize("content", ["", "[]", "{", '"x"', "[" * 9999])
def test_a_saved_dataset_with_a_damaged_record_is_refused(tmp_path: Path, write: Write, content: str) -> None:
    save_dataset(tmp_path / "saved")
    state = write(content, "saved/state.json")
    assert problem_of(tmp_path / "saved").where == str(state)


def test_a_missing_arrow_file_of_a_saved_dataset_is_named(tmp_path: Path) -> None:
    file = save_dataset(tmp_path / "saved")
    file.unlink()
    assert problem_of(tmp_path).where == str(file)


def test_a_saved_dataset_reads_no_file_outside_its_folder(tmp_path: Path, write: Write) -> None:
    file = save_dataset(tmp_path / "saved")
    write({"_data_files": [{"filename": f"../../{file.name}"}]}, "saved/state.json")
    assert data_files(str(tmp_path / "saved")) == [file]


def test_a_folder_that_may_not_be_read_is_named(tmp_path: Path, write: Write) -> None:
    write(ROWS, "closed/a.json")
    write(ROWS, "b.json")
    closed = tmp_path / "closed"
    closed.chmod(0)
    try:
        if os.access(closed, os.R_OK):
            pytest.skip("this user may read everything")
        assert problem_of(tmp_path).where == str(closed)
    finally:
        closed.chmod(0o700)


def test_the_sample_project_is_found_from_anywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert data_files("sample:general_dialogue.json") == [SAMPLE / "general_dialogue.json"]


@pytest.mark.parametrize(
    ("data_path", "local"),
    [
        ("identity.json", True),
        ("data.PARQUET", True),
        ("x.csv.zst", True),
        ("./data", True),
        ("/data/x", True),
        ("~/data", True),
        ("sample:nothing", True),
        ("data/part-*", True),
        ("tatsu-lab/alpaca", False),
        ("tatsu-lab/alpaca:train", False),
        ("modelscope:owner/name", False),
        ("a" * 300, False),
        ("zero\0byte", False),
    ],
)
def test_a_name_is_a_dataset_of_the_hub_unless_it_looks_like_a_file(data_path: str, local: bool) -> None:
    assert is_local(data_path) is local


@pytest.mark.parametrize("data_path", ["a" * 300, "zero\0byte", "zero\0*", "line\nbreak.json"])
def test_impossible_names_are_missing_files(data_path: str) -> None:
    problem = problem_of(data_path)
    assert problem.what == "The data file does not exist."
    assert problem.where is not None and problem.where.isprintable()


def test_every_ending_that_is_promised_is_known() -> None:
    assert [name for name in SUFFIXES if ending_of(f"x{name}") is None or not is_data_name(f"x{name}")] == []
    assert json.dumps(ending_of("x.jsonl.gz").__dict__) == '{"kind": ".jsonl", "packed": ".gz"}'
