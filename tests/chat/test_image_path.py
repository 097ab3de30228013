"""What people type or drag is understood as the path of a picture."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from workbench.chat.image_path import is_address, picture_path, pictures_in

_NAMES = ("cat.png", "two words.jpg", "it's.webp", 'a "quote".png', "back\\slash.png", "50% of #1?.png", "猫 图.PNG")


@pytest.fixture(params=_NAMES)
def picture(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / str(request.param)
    path.touch()
    return path


def _escaped(path: Path) -> str:
    return "".join(f"\\{char}" if char in " '\"\\#?" else char for char in str(path))


def test_a_path_is_understood_in_every_way_that_terminals_write_it(picture: Path) -> None:
    for typed in (str(picture), shlex.quote(str(picture)), _escaped(picture), picture.as_uri(), f"  {picture}\n"):
        assert picture_path(typed) == picture
        assert pictures_in(typed) == [picture]


def test_double_quotes_are_understood(tmp_path: Path) -> None:
    assert picture_path('"two words.jpg"', tmp_path) == tmp_path / "two words.jpg"


def test_a_relative_path_counts_from_the_folder(tmp_path: Path) -> None:
    assert picture_path("pictures/two words.png", tmp_path) == tmp_path / "pictures/two words.png"


def test_the_home_folder_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert picture_path("~/cat.png") == tmp_path / "cat.png"
    assert picture_path("~nobody-of-this-name/cat.png", tmp_path) == tmp_path / "~nobody-of-this-name/cat.png"


def test_several_files_dragged_at_once_are_found(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in _NAMES]
    for path in paths:
        path.touch()
    for name_of in (str, Path.as_uri, lambda path: shlex.quote(str(path))):
        assert pictures_in("\n".join(name_of(path) for path in paths)) == paths
    assert pictures_in(" ".join(shlex.quote(str(path)) for path in paths)) == paths
    assert pictures_in(" ".join(_escaped(path) for path in paths)) == paths


def test_a_message_is_no_list_of_pictures(tmp_path: Path) -> None:
    cat = tmp_path / "cat.png"
    cat.touch()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "folder.png").mkdir()
    for text in (
        "",
        "What is this?",
        f"What is {cat}?",
        f"{cat} {tmp_path / 'gone.png'}",
        f"{cat}\n{tmp_path / 'notes.txt'}",
        str(tmp_path / "folder.png"),
        "cat.png",
        "it's",
        "/" + "x" * 5000 + ".png",
        "/a\0.png",
        "https://example.org/cat.png",
    ):
        assert pictures_in(text) == []


def test_addresses_are_told_from_paths() -> None:
    assert is_address("https://example.org/cat.png")
    assert is_address(" HTTP://example.org/cat.png")
    assert not is_address("/http/cat.png")
    assert not is_address("file:///cat.png")
