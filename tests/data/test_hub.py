"""Datasets by name, with the network switched off: what a cache holds is given, the rest has a sentence."""

from __future__ import annotations

import json
import socket
import sys
import threading
from pathlib import Path

import pyarrow as pa
import pytest

from workbench.data.files import data_files
from workbench.data.hub import fetched, hub_name
from workbench.data.hub_fetch import fetch
from workbench.data.read import read_file
from workbench.errors import WorkbenchError

ROWS = [{"input": "1+1?", "output": "2"}, {"input": "2+2?", "output": "4"}]


@pytest.fixture(autouse=True)
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE_DIR", str(tmp_path / "ours"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "theirs"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def cache_as_the_library_does(home: Path, owner: str, name: str, config: str) -> None:
    """Put a dataset of one split where the datasets library keeps what it has downloaded."""
    folder = home / "datasets" / f"{owner}___{name}" / config / "0.0.0" / "0123456789abcdef"
    folder.mkdir(parents=True)
    table = pa.Table.from_pylist(ROWS)
    with pa.ipc.new_stream(str(folder / f"{name}-train.arrow"), table.schema) as stream:
        stream.write_table(table)
    text = {"dtype": "string", "_type": "Value"}
    split = {"name": "train", "num_bytes": table.nbytes, "num_examples": len(ROWS), "dataset_name": name}
    facts = {
        "features": {"input": text, "output": text},
        "builder_name": "json",
        "dataset_name": name,
        "config_name": config,
        "version": {"version_str": "0.0.0", "major": 0, "minor": 0, "patch": 0},
        "splits": {"train": split},
    }
    (folder / "dataset_info.json").write_text(json.dumps(facts))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("owner/data", ("huggingface", "owner/data", "", "train")),
        ("owner/data:test", ("huggingface", "owner/data", "", "test")),
        ("owner/data@en", ("huggingface", "owner/data", "en", "train")),
        ("owner/data@en:train[:100]", ("huggingface", "owner/data", "en", "train[:100]")),
        ("modelscope:owner/data:test", ("modelscope", "owner/data", "", "test")),
        ("modelscope:data", ("modelscope", "data", "", "train")),
    ],
)
def test_a_name_says_hub_repository_config_and_split(name: str, parts: tuple[str, ...]) -> None:
    found = hub_name(name)
    assert (found.hub, found.repository, found.config, found.split) == parts


@pytest.mark.parametrize("name", ["", "a/b/c", "owner/", "owner/data:", "owner/da ta", "a/b\n", "modelscope:"])
def test_what_is_no_name_is_told_what_names_look_like(name: str) -> None:
    with pytest.raises(WorkbenchError, match="neither a file") as caught:
        fetched(name)
    assert caught.value.fix is not None and "owner/name@config" in caught.value.fix


@pytest.mark.parametrize("name", ["datas", "dat:test"])
def test_a_bare_word_is_a_misspelt_file_for_which_no_hub_is_asked(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("subprocess.run", None)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WorkbenchError, match="no file or folder of this name") as caught:
        fetched(name)
    assert caught.value.where == name
    assert caught.value.fix is not None and caught.value.fix.startswith("Names look like owner/name,")
    (tmp_path / "data").mkdir()
    with pytest.raises(WorkbenchError) as caught:
        fetched(name)
    assert caught.value.fix is not None and caught.value.fix.startswith("Did you mean data? Names look like")


@pytest.mark.heavy
def test_a_hub_that_does_not_answer_is_not_asked_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            while True:
                try:
                    caller, _address = server.accept()
                except OSError:
                    return
                calls.append(caller.close())

        answering = threading.Thread(target=hang_up, daemon=True)
        answering.start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises(WorkbenchError, match=r"no such folder here, the hub cannot be reached"):
            fetched("nobody/nothing")
        server.shutdown(socket.SHUT_RDWR)
    answering.join()
    assert 1 <= len(calls) <= 2


def test_different_names_are_kept_in_different_folders_of_our_cache(tmp_path: Path) -> None:
    names = ["a/b", "a/b:test", "a/b@en", "modelscope:a/b", "a/b:train[:9]"]
    folders = {hub_name(name).folder for name in names}
    assert len(folders) == len(names)
    assert all(folder.is_relative_to(tmp_path / "ours") for folder in folders)


@pytest.mark.heavy
def test_what_the_library_has_downloaded_is_given_by_a_child_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache_as_the_library_does(tmp_path / "theirs", "owner", "sums", "default")
    folder = fetched("owner/sums")
    (file,) = data_files(str(folder))
    assert [row.sample.exchanges()[0][1] for row in read_file(file).rows] == ["1+1?", "2+2?"]  # type: ignore[union-attr]
    monkeypatch.setattr("subprocess.run", None)
    assert fetched("owner/sums") == fetch("owner/sums") == folder


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("name", "what", "fix"),
    [
        (
            "nobody/nothing",
            "There is no such folder here, the hub cannot be reached, and no dataset of this name was fetched before.",
            "Check the network",
        ),
        ("owner/sums:test", "The dataset has no split of this name.", "It has train."),
        ("owner/sums@french", "The dataset has no config of this name.", "It has default."),
    ],
)
def test_a_child_answers_with_a_sentence(tmp_path: Path, name: str, what: str, fix: str) -> None:
    cache_as_the_library_does(tmp_path / "theirs", "owner", "sums", "default")
    with pytest.raises(WorkbenchError) as caught:
        fetched(name)
    assert (caught.value.what, caught.value.where) == (what, name)
    assert caught.value.fix is not None and caught.value.fix.startswith(fix)
    assert not list((tmp_path / "ours").rglob("*.arrow"))


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("kind", "text", "what"),
    [
        ("DatasetNotFoundError", "Dataset 'a/b' is a gated dataset on the Hub.", "given only to those who asked"),
        ("DatasetNotFoundError", "Dataset 'a/b' doesn't exist on the Hub or cannot be accessed.", "no dataset of this"),
        ("DataFilesNotFoundError", "No (supported) data files found in a/b", "no files of a kind that is read"),
    ],
)
def test_what_the_library_raises_has_a_sentence(
    monkeypatch: pytest.MonkeyPatch, kind: str, text: str, what: str
) -> None:
    import datasets

    def refuse(*_given: object, **_named: object) -> None:
        raise getattr(datasets.exceptions, kind)(text)

    monkeypatch.setattr(datasets, "load_dataset", refuse)
    with pytest.raises(WorkbenchError, match=what) as caught:
        fetch("a/b")
    assert caught.value.where == "a/b" and caught.value.fix


def test_modelscope_names_its_library_when_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "modelscope.msdatasets", None)
    with pytest.raises(WorkbenchError, match="not installed") as caught:
        fetch("modelscope:owner/data")
    assert caught.value.fix == "Install it: pip install 'workbench[modelscope]'"
