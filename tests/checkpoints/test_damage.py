"""Files that hold no weights: what downloads and copies that went wrong leave behind is named for what it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from workbench.checkpoints.model_files import stored_in
from workbench.errors import WorkbenchError

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1234\n"
KINDS = {
    "nothing": (b"", r"empty \(0 bytes\)", "again"),
    "zeros": (bytes(5000), "nothing but zeros", "again"),
    "pointer": (POINTER.encode(), "Git LFS", "git lfs pull"),
    "page": (b"\n<!DOCTYPE html><html>Sign in</html>", "web page", "log in"),
    "text": ("Notizen über alles\n".encode() * 200, "text, not weights", "holds the weights"),
}


@pytest.mark.parametrize("name", ["model.safetensors", "iter_12.pth"])
@pytest.mark.parametrize(("content", "what", "fix"), KINDS.values(), ids=KINDS)
def test_it_is_named(tmp_path: Path, name: str, content: bytes, what: str, fix: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WorkbenchError, match=what) as caught:
        stored_in(tmp_path / name)
    assert caught.value.where == str(tmp_path / name)
    assert fix in (caught.value.fix or "")


@pytest.mark.parametrize("share", [0.05, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_told(tmp_path: Path, share: float) -> None:
    file = tmp_path / "iter_12.pth"
    torch.save({"weight": torch.zeros(5000)}, file)
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])
    with pytest.raises(WorkbenchError, match="cut off") as caught:
        stored_in(file)
    assert "Copy it again" in (caught.value.fix or "")
