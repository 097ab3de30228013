"""What was typed is a picture that can be opened, or is refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chat.pictures_drawn import picture
from workbench.chat.given_picture import checked_picture
from workbench.errors import WorkbenchError


def test_a_picture_becomes_its_whole_path(tmp_path: Path) -> None:
    path = picture(tmp_path / "a disc.png", "red")
    for typed in ("a disc.png", "'a disc.png'", r"a\ disc.png", str(path), path.as_uri()):
        assert checked_picture(typed, tmp_path) == str(path)


def test_an_address_stays_one(tmp_path: Path) -> None:
    assert checked_picture(" https://example.org/cat.png ", tmp_path) == "https://example.org/cat.png"


def test_a_bad_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "folder.png").mkdir()
    for name, why in (("none.png", "not there"), ("text.png", "no picture"), ("folder.png", "folder")):
        with pytest.raises(WorkbenchError, match=why) as refused:
            checked_picture(name, tmp_path)
        assert refused.value.where == str(tmp_path / name)
    with pytest.raises(WorkbenchError, match="No picture is named"):
        checked_picture(" ", tmp_path)
