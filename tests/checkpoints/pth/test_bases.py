"""Bases by the name that a config has: those in the cache of the hub are taken from it, without the network."""

from __future__ import annotations

import shutil
from pathlib import Path

import huggingface_hub
import pytest

from workbench.checkpoints.model_files import open_model
from workbench.checkpoints.pth.bases import find_base, require_base
from workbench.errors import WorkbenchError

pytestmark = pytest.mark.heavy


@pytest.fixture
def snapshot(llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model in a cache, where it is called ``owner/name``."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(huggingface_hub, "snapshot_download", None, raising=False)  # not to be asked
    folder = tmp_path / "models--owner--name"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text("abc")
    return Path(shutil.copytree(llama, folder / "snapshots" / "abc"))


def test_a_name_is_found_in_the_cache(snapshot: Path) -> None:
    found = find_base("owner/name")
    assert found is not None
    assert found.folder == open_model("owner/name").folder == snapshot


def test_a_model_that_is_not_complete_there_is_not_taken(snapshot: Path) -> None:
    (snapshot / "model.safetensors").unlink()
    assert find_base("owner/name") is None
    with pytest.raises(WorkbenchError, match="not on this machine: owner/name") as caught:
        require_base("owner/name", "--base")
    assert "--base FOLDER" in (caught.value.fix or "")


def test_a_checkpoint_that_names_no_model_asks_for_one() -> None:
    with pytest.raises(WorkbenchError, match="Nothing says on which model"):
        require_base("", "--base")
