"""Pictures that cannot be used: refused by name, or left out and counted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.data.conftest import Write
from tests.data.picture_files import llava_row, picture, png_header
from tests.data.prepare.seeing import rows_of, seeing
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


def test_a_picture_with_markup_in_its_name_is_only_text(write: Write, light: LightTokenizer) -> None:
    path = write([llava_row("\x1b[31m[red]a.png")])
    with pytest.raises(WorkbenchError) as caught:
        build_training_set(seeing(path), light)
    assert "\x1b" not in str(caught.value)
