"""Before the first step every picture is looked at: refused by name, or left out and counted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.data.conftest import Write
from tests.data.picture_files import llava_row, picture
from tests.data.prepare.seeing import rows_of, seeing
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.picture import look_at
from workbench.data.prepare import picture_looks
from workbench.data.training_set import build_training_set
from workbench.errors import WorkbenchError


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were looked into."""
    names: list[str] = []

    def counting(path: Path, *, decode: bool) -> Any:
        names.append(path.name)
        return look_at(path, decode=decode)

    monkeypatch.setattr(picture_looks, "look_at", counting)
    return names


def test_a_new_permission_is_noticed_although_the_content_is_the_same(
    write: Write, light: LightTokenizer, tmp_path: Path, looked_at: list[str]
) -> None:
    path = picture(tmp_path / "a.png")
    config = seeing(write([llava_row("a.png")]))
    build_training_set(config, light)
    path.chmod(0o600)
    build_training_set(config, light)
    assert looked_at == ["a.png", "a.png"]


class TestASecondRun:
    def test_looks_into_no_picture_that_was_sound(
        self, write: Write, light: LightTokenizer, tmp_path: Path, looked_at: list[str]
    ) -> None:
        picture(tmp_path / "a.png")
        picture(tmp_path / "b.jpg", "CMYK")
        config = seeing(write([llava_row(["a.png", "b.jpg"], "<image><image>\nWhich?"), llava_row("a.png")]))
        first = build_training_set(config, light).report
        assert sorted(looked_at) == ["a.png", "b.jpg"]
        assert build_training_set(config, light).report == first
        assert len(looked_at) == 2

    def test_looks_again_at_one_that_was_written_since(
        self, write: Write, light: LightTokenizer, tmp_path: Path, looked_at: list[str]
    ) -> None:
        path = picture(tmp_path / "a.png")
        config = seeing(write([llava_row("a.png")]))
        build_training_set(config, light)
        path.write_bytes(path.read_bytes()[:-1500])
        with pytest.raises(WorkbenchError, match="damaged"):
            build_training_set(config, light)
        assert looked_at == ["a.png", "a.png"]

    @pytest.mark.parametrize("policy", ["error", "skip"])
    def test_notices_that_a_file_has_vanished_and_that_it_is_back(
        self, write: Write, light: LightTokenizer, tmp_path: Path, policy: str
    ) -> None:
        path = picture(tmp_path / "a.png")
        content = path.read_bytes()
        picture(tmp_path / "b.png")
        config = seeing(write([llava_row("a.png"), llava_row("b.png")]), on_bad_image=policy)
        first = build_training_set(config, light)
        path.unlink()
        if policy == "error":
            with pytest.raises(WorkbenchError, match="not there"):
                build_training_set(config, light)
        else:
            assert build_training_set(config, light).report.left_out == {"bad_image": 1}
        path.write_bytes(content)
        again = build_training_set(config, light)
        assert again.report == first.report and rows_of(again) == rows_of(first)

    def test_knows_pictures_behind_links_with_names_that_are_no_text(
        self, write: Write, light: LightTokenizer, tmp_path: Path, looked_at: list[str]
    ) -> None:
        odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png")
        picture(tmp_path / "a.png").rename(odd)
        (tmp_path / "b.png").symlink_to(odd)
        config = seeing(write([llava_row("b.png")]))
        for _run in range(2):
            build_training_set(config, light)
        assert len(looked_at) == 1

    def test_makes_what_was_noted_anew_if_it_is_damaged(
        self, write: Write, light: LightTokenizer, tmp_path: Path, looked_at: list[str]
    ) -> None:
        picture(tmp_path / "a.png")
        config = seeing(write([llava_row("a.png")]))
        build_training_set(config, light)
        (noted,) = (tmp_path / "cache" / "picture_looks").glob("*.sqlite")
        noted.write_bytes(b"damaged" * 1000)
        for _run in range(3):
            build_training_set(config, light)
        assert looked_at == ["a.png"] * 3  # anew, then once more to note it


def test_what_is_turned_into_something_usual_is_counted(write: Write, light: LightTokenizer, tmp_path: Path) -> None:
    picture(tmp_path / "cmyk.jpg", "CMYK")
    Image.new("I;16", (8, 8)).save(tmp_path / "deep.png")
    turned = Image.Exif()
    turned[0x0112] = 6
    picture(tmp_path / "turned.jpg", exif=turned)
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    picture(tmp_path / "palette.png", "P")
    names = ["cmyk.jpg", "deep.png", "turned.jpg", "moving.gif", "palette.png", "cmyk.jpg"]
    report = build_training_set(seeing(write([llava_row(name) for name in names])), light).report
    assert (report.kept, report.pictures) == (6, 5)
    assert report.repaired == {"mode": 2, "turned": 1, "animated": 1}
    assert report.sentences()[-1] == (
        "5 different pictures, of them 2 turned into RGB, 1 turned upright, "
        "1 animated, of which the first frame is seen."
    )


def test_what_a_row_left_out_had_is_counted_no_more(write: Write, light: LightTokenizer, tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    long = "word " * 200
    path = write([llava_row("gone.png", answer=long), llava_row("a.png", answer=long), llava_row("a.png")])
    made = build_training_set(seeing(path, on_bad_image="skip"), light)
    whole = build_training_set(seeing(write([llava_row("a.png", answer=long), llava_row("a.png")], "two.json")), light)
    fields = ("kept", "cut", "cut_tokens", "samples", "tokens", "trained_tokens", "packs", "pictures")
    assert [getattr(made.report, name) for name in fields] == [getattr(whole.report, name) for name in fields]


def test_progress_ends_at_all_pictures_and_can_end_the_work(
    write: Write, light: LightTokenizer, tmp_path: Path
) -> None:
    for number in range(250):
        picture(tmp_path / f"{number}.png", size=(4, 4))
    config = seeing(write([llava_row(f"{number}.png") for number in range(250)]))
    told: list[tuple[int, int]] = []
    build_training_set(config, light, on_pictures=lambda *two: told.append(two))
    assert told == [(0, 250), (100, 250), (200, 250), (250, 250)]

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_training_set(config, light, on_pictures=stop)
