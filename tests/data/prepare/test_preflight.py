"""Before the first step every picture is looked at: refused by name, or left out and counted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.data.conftest import Write
from tests.data.picture_files import llava_row, picture, png_header
from tests.data.prepare.test_pictures import rows_of, seeing
from workbench.data.checks import check_data
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.picture import Problem, look_at
from workbench.data.picture_words import PROBLEMS
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


def make_nothing(_folder: Path) -> None:
    """A name without a file."""


def make_folder(folder: Path) -> None:
    (folder / "bad.png").mkdir()


def make_text(folder: Path) -> None:
    (folder / "bad.png").write_text("not a picture")


def make_empty(folder: Path) -> None:
    (folder / "bad.png").touch()


def make_without_pixels(folder: Path) -> None:
    (folder / "bad.png").write_bytes(png_header(0, 0))


def make_truncated(folder: Path) -> None:
    path = picture(folder / "bad.png")
    path.write_bytes(path.read_bytes()[:-1500])


def make_damaged_inside(folder: Path) -> None:
    path = picture(folder / "bad.png")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def make_bomb(folder: Path) -> None:
    (folder / "bad.png").write_bytes(png_header(50_000, 50_000))


def make_link_outside(folder: Path) -> None:
    picture(folder.parent / "elsewhere.png")
    (folder / "bad.png").symlink_to(folder.parent / "elsewhere.png")


Make = Callable[[Path], None]
BAD: list[tuple[Make, str, Problem]] = [
    (make_nothing, "bad.png", "missing"),
    (make_nothing, "a\0b.png", "missing"),
    (make_nothing, "x" * 5000 + ".png", "unreadable"),
    (make_folder, "bad.png", "folder"),
    (make_text, "bad.png", "not_picture"),
    (make_empty, "bad.png", "not_picture"),
    (make_without_pixels, "bad.png", "not_picture"),
    (make_truncated, "bad.png", "broken"),
    (make_damaged_inside, "bad.png", "broken"),
    (make_bomb, "bad.png", "too_large"),
    (make_link_outside, "bad.png", "outside"),
    (make_nothing, "../elsewhere.png", "outside"),
    (make_nothing, "/etc/passwd", "outside"),
    (make_nothing, "https://example.org/a.png", "address"),
    (make_nothing, "data:image/png;base64,AAAA", "address"),
]


@pytest.mark.parametrize(
    ("make", "name", "problem"), BAD, ids=lambda value: getattr(value, "__name__", str(value))[:30]
)
class TestAPictureThatCannotBeUsed:
    @pytest.fixture
    def data(self, write: Write, tmp_path: Path, make: Make, name: str) -> Path:
        picture(tmp_path / "pictures" / "a.png")
        make(tmp_path / "pictures")
        rows = [llava_row("a.png"), llava_row(["a.png", name], "<image><image>\nWhich?"), llava_row(None, "Who?")]
        return write(rows)

    def test_is_named_with_its_row(
        self, data: Path, light: LightTokenizer, tmp_path: Path, make: Make, name: str, problem: Problem
    ) -> None:
        with pytest.raises(WorkbenchError) as caught:
            build_training_set(seeing(data, image_folder=str(tmp_path / "pictures")), light)
        assert caught.value.where == f"{data}:2:images[1]"
        assert PROBLEMS[problem][0] in caught.value.what
        assert "on_bad_image: skip" in (caught.value.fix or "")
        assert "\0" not in str(caught.value)

    def test_is_left_out_with_its_row_and_counted(
        self, data: Path, light: LightTokenizer, tmp_path: Path, make: Make, name: str, problem: Problem
    ) -> None:
        config = seeing(data, image_folder=str(tmp_path / "pictures"), on_bad_image="skip")
        made = build_training_set(config, light)
        report = made.report
        assert (report.read, report.kept, report.left_out) == (3, 2, {"bad_image": 1})
        assert report.adds_up and report.bad_images == {problem: 1}
        assert report.bad_image_places[0].startswith(f"{data}:2:images[1]: ")
        assert [len(row.images) for row in rows_of(made)] == [1, 0]
        assert report.tokens == sum(made.rows.lengths())
        assert check_data(config=config).tally.left_out == {"bad_image": 1}


@contextmanager
def without_rights() -> Iterator[None]:
    """As a user who may read only what everybody may."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_without_permissions_is_not_readable(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    path.chmod(0)
    with without_rights():
        assert look_at(path, decode=False).problem == "unreadable"


def test_a_new_permission_is_noticed_although_the_content_is_the_same(
    write: Write, light: LightTokenizer, tmp_path: Path, looked_at: list[str]
) -> None:
    path = picture(tmp_path / "a.png")
    config = seeing(write([llava_row("a.png")]))
    build_training_set(config, light)
    path.chmod(0o600)
    build_training_set(config, light)
    assert looked_at == ["a.png", "a.png"]


class TestAThousandPicturesWithThreeBrokenOnes:
    @pytest.fixture(params=[False, True], ids=["in one process", "in several"])
    def data(
        self, request: pytest.FixtureRequest, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Path:
        if request.param:
            monkeypatch.setattr(picture_looks, "_SECONDS_ALONE", 0)
        folder = tmp_path / "pictures"
        for number in range(1000):
            picture(folder / f"{number}.png", size=(6, 6))
        (folder / "100.png").unlink()
        (folder / "500.png").write_bytes((folder / "500.png").read_bytes()[:80])
        (folder / "900.png").write_text("404 not found")
        return write([llava_row(f"pictures/{number}.png") for number in range(1000)])

    def test_are_named_before_the_training(self, data: Path, light: LightTokenizer) -> None:
        with pytest.raises(WorkbenchError) as caught:
            build_training_set(seeing(data), light)
        assert caught.value.where == f"{data}:101:images[0]"
        assert caught.value.what == (
            f"{data.parent}/pictures/100.png: This picture is not there. In all, 3 rows have pictures that cannot be used: "
            "1 not there, 1 no picture, 1 damaged or cut."
        )

    def test_are_left_out_and_all_others_trained(self, data: Path, light: LightTokenizer) -> None:
        made = build_training_set(seeing(data, on_bad_image="skip"), light)
        assert (made.report.kept, made.report.pictures, len(made.rows)) == (997, 997, 997)
        assert made.report.bad_images == {"missing": 1, "broken": 1, "not_picture": 1}
        assert made.report.sentences()[0] == (
            "Data: 1000 rows read (llava) = 997 trained + 3 left out (3 with a picture that cannot be used: "
            "1 not there, 1 no picture, 1 damaged or cut)."
        )
        said = [sentence for sentence in made.report.sentences() if sentence.startswith("Left out: ")]
        assert [sentence.split("data.json:")[1].split(":")[0] for sentence in said] == ["101", "501", "901"]
        bad = {"100.png", "500.png", "900.png"}
        assert bad.isdisjoint(Path(image).name for row in rows_of(made) for image in row.images)


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


def test_no_row_left_is_an_error_under_both_policies(write: Write, light: LightTokenizer) -> None:
    path = write([llava_row("a.png"), llava_row("b.png")])
    for policy in ("error", "skip"):
        with pytest.raises(WorkbenchError) as caught:
            build_training_set(seeing(path, on_bad_image=policy), light)
        assert caught.value.where == f"{path}:1:images[0]"
    first = path.parent / "a.png"
    assert (
        caught.value.what == f"No row is left to train on: 2 not there. The first: {first}: This picture is not there."
    )


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


def test_a_picture_with_markup_in_its_name_is_only_text(write: Write, light: LightTokenizer) -> None:
    path = write([llava_row("\x1b[31m[red]a.png")])
    with pytest.raises(WorkbenchError) as caught:
        build_training_set(seeing(path), light)
    assert "\x1b" not in str(caught.value)
