"""What is kept does not grow without end: what was used longest ago goes first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbench.data.prepare import cache
from workbench.data.prepare.cache import make_room


def _kept(home: Path, name: str, used: int) -> Path:
    folder = home / name
    folder.mkdir(parents=True)
    (folder / "file.bin").write_bytes(bytes(100))
    os.utime(folder, (used, used))
    return folder


def test_the_oldest_beside_the_one_in_use_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_MOST_BYTES", 250)
    other_home = _kept(tmp_path / "elsewhere", "a", used=1)
    home = tmp_path / "image_features"
    in_use, oldest, *newer = (_kept(home, name, used) for name, used in (("u", 1), ("o", 2), ("n", 3), ("m", 4)))
    make_room(keep=in_use)
    assert not oldest.exists()
    assert all(folder.is_dir() for folder in (in_use, *newer, other_home))
