"""Collections of others made readable: arXiv papers, RefCOCO, Agent-FLAN. Pickles cannot run anything."""

from __future__ import annotations

import json
import os
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest

from tests.data.transform.files import rows_in, write_lines
from workbench.data.files import data_files
from workbench.data.read import open_file
from workbench.data.transform.agentflan import agentflan_source, convert_agentflan, converted_folder
from workbench.data.transform.arxiv import chosen_papers
from workbench.data.transform.plain_pickle import read_plain_pickle
from workbench.data.transform.refcoco import COLLECTIONS, convert_refcoco
from workbench.data.transform.rows import RowSource
from workbench.errors import WorkbenchError


def _paper(title: str, categories: str = "cs.AI", update_date: str = "2021-05-01", **more: Any) -> dict[str, Any]:
    return {
        "id": title,
        "title": title,
        "abstract": "We.",
        "categories": categories,
        "update_date": update_date,
        **more,
    }


def _papers(path: Path, **options: Any) -> dict[str, Any]:
    out = path.with_name("out.json")
    return chosen_papers(RowSource(str(path), skip_bad=True), out, force=True, **options).as_json()


def test_papers_are_chosen_by_category_and_date(tmp_path: Path):
    papers = [
        _paper("a"),
        _paper("b", "math.CO cs.CL"),
        _paper("c", "math.CO"),
        _paper("d", "cs.AIx"),
        _paper("e", update_date="2020-01-01"),
        _paper("f", update_date="2019-12-31"),
    ]
    path = write_lines(tmp_path / "dump.json", papers)
    done = _papers(path)
    assert [paper["title"] for paper in rows_in(tmp_path / "out.json")] == ["a", "b", "e"]
    assert (done["read"], done["kept"], done["left_out"]) == (6, 3, {"category": 2, "date": 1})
    assert open_file(tmp_path / "out.json").format.name == "arxiv"
    _papers(path, categories=["math.CO"], start_date="2021-05-01")
    assert [paper["title"] for paper in rows_in(tmp_path / "out.json")] == ["b", "c"]


def test_papers_that_cannot_be_read_are_counted_and_named(tmp_path: Path):
    wrong: list[Any] = ["{", _paper("b", categories=None), _paper("c", update_date="May"), {"title": "d"}]
    path = write_lines(tmp_path / "dump.json", [_paper("a"), *wrong, _paper("z")])
    done = _papers(path)
    assert (done["read"], done["kept"], done["left_out"]) == (6, 2, {"bad": 4})
    places = sorted(bad["where"] for bad in done["bad"])
    assert places[0].startswith(f"{path}:2:")
    assert places[1:] == [f"{path}:3:categories", f"{path}:4:update_date", f"{path}:5:abstract"]


def test_a_start_that_is_no_date_is_refused(tmp_path: Path):
    with pytest.raises(WorkbenchError, match="tomorrow is no date"):
        _papers(write_lines(tmp_path / "dump.json", [_paper("a")]), start_date="tomorrow")


class _Runs:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch ran",)


@pytest.mark.parametrize("value", [_Runs(), [{"a": _Runs()}], OrderedDict(a=1), {"a": {1, 2}}, Path("a")])
def test_pickles_of_more_than_plain_values_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: object):
    monkeypatch.chdir(tmp_path)
    Path("a.p").write_bytes(pickle.dumps(value, protocol=2))
    with pytest.raises(WorkbenchError, match="cannot be read safely"):
        read_plain_pickle(Path("a.p"))
    assert [file.name for file in tmp_path.iterdir()] == ["a.p"]


@pytest.mark.parametrize(
    "data", [b"", b"garbage", pickle.dumps([1, 2, 3])[:-3], b"(" * 1000, b"\x80\x02}q\x00X\xff\xff\xff\x7f"]
)
def test_damaged_pickles_are_refused(tmp_path: Path, data: bytes):
    (tmp_path / "a.p").write_bytes(data)
    with pytest.raises(WorkbenchError, match="cannot be read safely"):
        read_plain_pickle(tmp_path / "a.p")


def test_texts_that_python_2_pickled_are_read(tmp_path: Path):
    (tmp_path / "a.p").write_bytes(b"(lp0\n(dp1\nS'sent'\np2\nS'the man'\np3\nsS'n'\np4\nL5L\nsa.")
    assert read_plain_pickle(tmp_path / "a.p") == [{"sent": "the man", "n": 5}]


def _reference(ref_id: int, image_id: int = 7, split: str = "train", **more: Any) -> dict[str, Any]:
    sentences = [{"sent": "the man", "raw": "The man", "sent_id": 1, "tokens": ["the", "man"]}, {"sent": "left one"}]
    known = {"ref_id": ref_id, "ann_id": 70, "image_id": image_id, "split": split, "sentences": sentences}
    return {**known, **more}


def _refcoco(folder: Path, references: list[Any]) -> tuple[Path, Path]:
    """Annotations and pictures of all three collections; only picture 7 is there."""
    for name, split_by in COLLECTIONS:
        (folder / "ann" / name).mkdir(parents=True)
        found = references if name == "refcoco" else []
        (folder / "ann" / name / f"refs({split_by}).p").write_bytes(pickle.dumps(found, protocol=2))
        instances = {
            "images": [{"id": number, "height": 480, "width": 640} for number in (7, 8)],
            "annotations": [{"id": 70, "image_id": 7, "bbox": [1.5, 2, 30, 40]}],
        }
        (folder / "ann" / name / "instances.json").write_text(json.dumps(instances))
    (folder / "img").mkdir()
    (folder / "img" / "000000000007.jpg").touch()
    return folder / "ann", folder / "img"


def test_descriptions_of_the_training_split_become_rows(tmp_path: Path):
    references = [_reference(1), _reference(2, split="val"), _reference(3, image_id=8), _reference(4, ann_id=71), "x"]
    annotations, images = _refcoco(tmp_path, references)
    done = convert_refcoco(annotations, images, tmp_path / "out").as_json()
    (row,) = rows_in(tmp_path / "out" / "train.json")
    assert row == {
        "id": "refcoco-1",
        "image": "000000000007.jpg",
        "sents": ["The man", "left one"],
        "bbox": [1.5, 2.0, 30.0, 40.0],
        "height": 480,
        "width": 640,
    }
    assert (done["read"], done["kept"]) == (5, 1)
    assert done["left_out"] == {"split": 1, "image_missing": 1, "bad": 2}
    assert done["bad"][0]["where"] == f"{annotations / 'refcoco' / 'refs(unc).p'}:4"
    assert open_file(tmp_path / "out" / "train.json").format.name == "refcoco"


def test_a_collection_without_any_picture_is_told(tmp_path: Path):
    annotations, images = _refcoco(tmp_path, [_reference(1, image_id=8)])
    with pytest.raises(WorkbenchError, match="1 descriptions were left out because their picture is missing"):
        convert_refcoco(annotations, images, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("name", ["refcocog/refs(umd).p", "refcoco+/instances.json"])
def test_a_missing_file_of_the_collection_is_named(tmp_path: Path, name: str):
    annotations, images = _refcoco(tmp_path, [_reference(1)])
    (annotations / name).unlink()
    with pytest.raises(WorkbenchError, match="is missing") as caught:
        convert_refcoco(annotations, images, tmp_path / "out")
    assert caught.value.where == str(annotations / name)


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"images": 3, "annotations": []}', "{", '{"images": [1], "annotations": []}']
)
def test_annotations_that_are_none_are_told(tmp_path: Path, text: str):
    annotations, images = _refcoco(tmp_path, [_reference(1)])
    (annotations / "refcoco" / "instances.json").write_text(text)
    with pytest.raises(WorkbenchError, match="COCO annotations"):
        convert_refcoco(annotations, images, tmp_path / "out")


def _flan(number: int, **answer: Any) -> dict[str, Any]:
    said = [{"role": "user", "content": f"{number}?"}, {"role": "assistant", "content": "2", **answer}]
    return {"id": f"{number}", "conversation": said}


def test_agent_flan_becomes_a_folder_that_the_datasets_library_loads(tmp_path: Path):
    import datasets

    folder = tmp_path / "data"
    folder.mkdir()
    write_lines(folder / "b.jsonl", [_flan(3, loss=True)])
    write_lines(folder / "a.jsonl", [_flan(1), _flan(2)])
    (folder / "README.md").write_text("# Agent-FLAN")
    done = convert_agentflan(agentflan_source(folder), converted_folder(folder)).as_json()
    assert (done["read"], done["written"]) == (3, 3)
    loaded = datasets.load_from_disk(str(tmp_path / "data_converted"))
    assert loaded.column_names == ["messages"]
    assert [row["messages"][0]["content"] for row in loaded] == ["1?", "2?", "3?"]
    (file,) = data_files(str(tmp_path / "data_converted"))
    assert open_file(file).format.name == "openai"
    assert [row.sample.turns[1].loss for row in open_file(file).rows] == [None, None, True]


def test_agent_flan_rows_that_are_bad_are_named(tmp_path: Path):
    write_lines(tmp_path / "a.jsonl", [_flan(1), {"id": "2", "conversation": [{"role": "robot", "content": ""}]}])
    with pytest.raises(WorkbenchError, match="unknown role robot") as caught:
        convert_agentflan(agentflan_source(tmp_path), tmp_path / "out.jsonl")
    assert caught.value.where == f"{tmp_path / 'a.jsonl'}:2:conversation[0].role"
    done = convert_agentflan(agentflan_source(tmp_path, skip_bad=True), tmp_path / "out.jsonl").as_json()
    assert (done["kept"], done["left_out"]) == (1, {"bad": 1})


def test_a_folder_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(WorkbenchError, match="no such folder"):
        agentflan_source(tmp_path / "nothing")
