"""Paths of pictures count from the folder of the file that is written, and never lead upwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.data.transform.files import numbered, rows_in, write_lines
from workbench.data.read import raw_rows
from workbench.data.transform.convert import convert_rows
from workbench.data.transform.dedupe import dedupe_rows
from workbench.data.transform.mix import MixRequest, mix_rows
from workbench.data.transform.repeat import repeat_rows
from workbench.data.transform.rows import RowSource
from workbench.data.transform.split import SplitRequest, split_rows
from workbench.data.transform.targets import BY_NAME
from workbench.errors import WorkbenchError


def _data(folder: Path, *names: str, picture: str = "img/1.png") -> RowSource:
    """Rows of LLaVA beside one picture."""
    (folder / picture).parent.mkdir(parents=True, exist_ok=True)
    (folder / picture).write_bytes(b"")
    turns = [{"from": "human", "value": "<image>\nWhat is {}?"}, {"from": "gpt", "value": "A cat."}]
    said = [[{**turn, "value": turn["value"].format(number)} for turn in turns] for number in range(len(names))]
    rows = [{"image": name, "conversations": turns} for name, turns in zip(names, said, strict=True)]
    return RowSource(str(write_lines(folder / "a.jsonl", rows)))


def _names(path: Path) -> list[Any]:
    return [row["image"] if "image" in row else row["images"] for row in rows_in(path)]


def test_every_command_writes_paths_that_count_from_its_output(tmp_path: Path):
    source = _data(tmp_path / "in", "img/1.png", "img/1.png")
    repeat_rows(source, 1, tmp_path / "repeat.json")
    dedupe_rows(source, tmp_path / "dedupe.json")
    split_rows(source, SplitRequest(tmp_path / "train.json", tmp_path / "test.json", 0.5))
    mix_rows([source, _data(tmp_path / "more", "img/1.png")], MixRequest(tmp_path / "mix.json"))
    convert_rows(source, BY_NAME["openai"], tmp_path / "convert.json")
    assert _names(tmp_path / "repeat.json") == _names(tmp_path / "dedupe.json") == ["in/img/1.png"] * 2
    assert _names(tmp_path / "train.json") == _names(tmp_path / "test.json") == ["in/img/1.png"]
    assert sorted(_names(tmp_path / "mix.json")) == ["in/img/1.png", "in/img/1.png", "more/img/1.png"]
    assert _names(tmp_path / "convert.json") == [["in/img/1.png"]] * 2


def test_converted_sources_of_a_mixture_too(tmp_path: Path):
    messages = RowSource(str(write_lines(tmp_path / "said.jsonl", numbered(1))))
    mix_rows([_data(tmp_path / "in", "img/1.png"), messages], MixRequest(tmp_path / "mix.json"))
    assert [row["images"] for row in rows_in(tmp_path / "mix.json") if "images" in row] == [["in/img/1.png"]]


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ({"images": ["img/1.png", "img/2.png"]}, {"images": ["in/img/1.png", "img/2.png"]}),
        ({"image": {"path": "img/1.png"}}, {"image": {"path": "in/img/1.png"}}),
        ({"image": "http://x/img/1.png"}, {"image": "http://x/img/1.png"}),
        ({"image": "/img/1.png"}, {"image": "/img/1.png"}),
        ({"image": "../in/img/1.png"}, {"image": "in/img/1.png"}),
        ({"image": "x" * 5000}, {"image": "x" * 5000}),
        ({"image": None, "note": "img/1.png"}, {"image": None, "note": "img/1.png"}),
        (
            {
                "messages": [
                    {"content": [{"type": "image", "path": "img/1.png"}, {"type": "text", "text": "img/1.png"}]}
                ]
            },
            {
                "messages": [
                    {"content": [{"type": "image", "path": "in/img/1.png"}, {"type": "text", "text": "img/1.png"}]}
                ]
            },
        ),
        (
            {"messages": [{"content": [{"type": "image_url", "image_url": {"url": "img/1.png"}}]}, "x"]},
            {"messages": [{"content": [{"type": "image_url", "image_url": {"url": "in/img/1.png"}}]}, "x"]},
        ),
    ],
)
def test_wherever_a_row_names_pictures(tmp_path: Path, given: dict[str, Any], written: dict[str, Any]):
    _data(tmp_path / "in")
    source = RowSource(str(write_lines(tmp_path / "in" / "b.jsonl", [given])))
    repeat_rows(source, 1, tmp_path / "out.json")
    assert rows_in(tmp_path / "out.json") == [written]


def test_paths_that_lead_nowhere_stay_and_are_told_once(tmp_path: Path):
    source = _data(tmp_path / "in", "img/1.png", "img/2.png", "img/3.png")
    done = repeat_rows(source, 1, tmp_path / "out.json")
    assert _names(tmp_path / "out.json") == ["in/img/1.png", "img/2.png", "img/3.png"]
    (told,) = [said for said in done.sentences if "--image-folder" in said]
    assert told.startswith("2 paths of pictures lead to no file")
    assert (done.facts["pictures_found"], done.facts["pictures_missing"]) == (1, 2)


def test_an_output_beside_the_inputs_keeps_paths_and_names_their_folder(tmp_path: Path):
    sources = [_data(tmp_path / "in" / name, "img/1.png") for name in ("a", "b")]
    done = mix_rows(sources, MixRequest(tmp_path / "out" / "mix.json"))
    assert sorted(_names(tmp_path / "out" / "mix.json")) == ["a/img/1.png", "b/img/1.png"]
    assert done.facts["image_folder"] == str(tmp_path / "in")
    assert f"--image-folder {tmp_path / 'in'}" in done.sentences[-1]


def test_the_folder_that_paths_count_from_can_be_named(tmp_path: Path):
    _data(tmp_path / "photos", picture="1.png")
    rows = write_lines(tmp_path / "a.jsonl", [{"image": "1.png"}])
    done = repeat_rows(RowSource(str(rows), image_folder=tmp_path / "photos"), 1, tmp_path / "out.json")
    assert _names(tmp_path / "out.json") == ["photos/1.png"]
    assert not any("--image-folder" in said for said in done.sentences)


def test_in_the_same_folder_nothing_is_looked_at_or_told(tmp_path: Path):
    done = repeat_rows(_data(tmp_path, "img/1.png", "img/2.png"), 1, tmp_path / "out.json")
    assert _names(tmp_path / "out.json") == ["img/1.png", "img/2.png"]
    assert len(done.sentences) == 1 and done.facts == {"times": 1}


def test_an_arrow_folder_counts_from_itself(tmp_path: Path):
    done = repeat_rows(_data(tmp_path / "in", "img/1.png"), 1, tmp_path / "in" / "rows")
    assert done.facts["image_folder"] == str(tmp_path / "in")


@pytest.fixture
def pictures_in_rows(tmp_path: Path) -> RowSource:
    rows = [
        {"image": {"bytes": b"one", "path": "a.png"}, "text": "x"},
        {"image": {"bytes": b"two", "path": None}, "text": "y"},
    ]
    (tmp_path / "in").mkdir()
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in" / "a.parquet")
    return RowSource(str(tmp_path / "in" / "a.parquet"), "pretrain")


@pytest.mark.parametrize("ending", [".jsonl", ".parquet"])
def test_pictures_in_the_rows_themselves_become_files_beside_the_output(
    pictures_in_rows: RowSource, tmp_path: Path, ending: str
) -> None:
    out = tmp_path / "out" / f"rows{ending}"
    done = repeat_rows(pictures_in_rows, 2, out)
    written = [row["image"] for _number, row in raw_rows(out)]
    assert [(out.parent / name).read_bytes() for name in written] == [b"one", b"two"] * 2
    assert len(list((out.parent / "rows_pictures").iterdir())) == 2 and done.facts["pictures_taken_out"] == 4
    assert any("rows_pictures" in said for said in done.sentences)


def test_paths_to_them_are_not_left_in_the_cache_when_their_format_changes(tmp_path: Path) -> None:
    rows = [{"image": {"bytes": b"one", "path": "a.png"}, "conversations": [{"from": "human", "value": "<image>Q"}]}]
    rows[0]["conversations"] += [{"from": "gpt", "value": "A"}]  # type: ignore[operator]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    convert_rows(RowSource(str(tmp_path / "a.parquet")), BY_NAME["openai"], tmp_path / "b.jsonl")
    ((_number, row),) = raw_rows(tmp_path / "b.jsonl")
    assert [(tmp_path / name).read_bytes() for name in row["images"]] == [b"one"]


def test_a_folder_has_no_place_for_them(pictures_in_rows: RowSource, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="no place in a folder"):
        repeat_rows(pictures_in_rows, 1, tmp_path / "folder")
    assert not (tmp_path / "folder").exists()
