"""ModelScope through a stand-in for its library, which is an extra: what it is asked for, and what its errors mean."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from workbench.errors import WorkbenchError
from workbench.hub import modelscope
from workbench.hub.fetch import Stopped
from workbench.jobs.events import EventLog


class NotExistError(Exception):
    """As the library calls it."""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A library with one model; gives what ``download_repo`` was called with."""
    asked: dict[str, Any] = {}

    class Api:
        def list_repo_files(self, name: str, _kind: str, revision: str | None) -> list[SimpleNamespace]:
            if name != "own/model":
                raise NotExistError(name)
            sizes = {"config.json": 10, "model.safetensors": 900, "pytorch_model.bin": 900}
            return [SimpleNamespace(path=path, size=size, sha256="", is_dir=False) for path, size in sizes.items()]

        def download_repo(self, name: str, kind: str, **named: Any) -> str:
            asked.update(named, name=name, kind=kind)
            for path, size in (("config.json", 10), ("model.safetensors", 900)):
                for count in named["progress_callbacks"]:
                    count(path, size).update(size)
            return str(tmp_path / "there")

    class ProgressCallback:
        def __init__(self, filename: str, file_size: int) -> None: ...

    stand_in = ModuleType("modelscope_hub")
    stand_in.HubApi, stand_in.ProgressCallback = Api, ProgressCallback  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "modelscope_hub", stand_in)
    return asked


def download(folder: Path, name: str = "own/model", stop: bool = False) -> Path:
    return modelscope.download(
        name, "model", EventLog(folder), revision=None, include=(), exclude=(), to=None, must_stop=lambda: stop
    )


def test_the_best_format_is_asked_for_and_counted(library: dict[str, Any], tmp_path: Path) -> None:
    assert download(tmp_path) == tmp_path / "there"
    assert library["allow_patterns"] == ["config.json", "model.safetensors"]
    last = json.loads((tmp_path / "events.jsonl").read_text().splitlines()[-1])
    assert (last["done"], last["total"]) == (910, 910)


def test_a_stop_is_heard_between_two_pieces(library: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        download(tmp_path, stop=True)


def test_an_unknown_model_has_a_sentence(library: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="ModelScope has nothing of this name"):
        download(tmp_path, "own/nothing")


def test_without_the_library_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "modelscope_hub", None)
    with pytest.raises(WorkbenchError, match="not installed") as caught:
        download(tmp_path)
    assert caught.value.fix == "Install it: pip install 'workbench[modelscope]'"
