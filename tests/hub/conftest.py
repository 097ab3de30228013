"""A hub on this machine, a cache of the test's own, and somebody who is signed in."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.hub.server import Hub, running_hub
from workbench.hub.download import DownloadRequest, download
from workbench.jobs.events import EventLog

TOKEN = "hf_" + "x" * 34
WEIGHTS = random.Random(7).randbytes(700_000)
FILES = {
    "config.json": b'{"model_type": "llama"}',
    "README.md": b"# a model",
    "model.safetensors": WEIGHTS,
    "pytorch_model.bin": WEIGHTS[:5000],
}
Download = Callable[..., Path]


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running_hub(own__model=dict(FILES)) as running:
        yield running


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache, here and in children; quick pauses between attempts."""
    from huggingface_hub import constants, utils

    utils.disable_progress_bars()
    home = tmp_path / "huggingface"
    for name in ("HF_HUB_OFFLINE", "HF_ENDPOINT", "HF_HUB_CACHE", "HF_HUB_DISABLE_IMPLICIT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(home))
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"WORKBENCH_{name}_DIR", str(tmp_path / name.lower()))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(home / "hub"))
    monkeypatch.setattr("workbench.hub.fetch._FIRST_PAUSE_SECONDS", 0.001)
    return home


@pytest.fixture
def fetch(hub: Hub, tmp_path: Path) -> Download:
    """Downloads ``own/model`` from the hub here, in this process."""
    from huggingface_hub import _tree_cache

    def fetch(must_stop: Callable[[], bool] = lambda: False, paths: Sequence[str] = (), **changes: object) -> Path:
        request = DownloadRequest(**{"name": "own/model", "kind": "model", "endpoint": hub.url} | changes)  # type: ignore[arg-type]
        _tree_cache._IN_MEMORY_TREE_CACHE.clear()  # as in a process of its own
        try:
            return download(request, EventLog(tmp_path), must_stop, paths)
        finally:
            _tree_cache._IN_MEMORY_TREE_CACHE.clear()

    return fetch
