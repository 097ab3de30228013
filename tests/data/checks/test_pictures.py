"""The pictures of the rows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.data.checks.rows import config_for, details, found, plain_rows, severity
from tests.data.conftest import Write
from tests.data.picture_files import picture, png_header
from workbench.data.checks import CheckReport, check_data, pictures
from workbench.data.conversation import Conversation
from workbench.data.formats import images
from workbench.data.kept_pictures import kept_pictures
from workbench.data.read import ROWS_LOOKED_AT
from workbench.data.readers import columnar
from workbench.data.show import ShowRequest, shown_rows

OUTSIDE = "pictures outside the picture folder; they are not opened"
ADDRESS = "pictures given by an address instead of a file; nothing is fetched"
MISSING = "pictures that are not there"
NO_PICTURE = "files that are no pictures"
TOO_LARGE = "pictures too large to decode safely"
BROKEN = "pictures that are damaged or cut"
ANIMATED = "animated pictures; only the first frame is seen"
MODE = "pictures of an unusual kind of colours; they are turned into RGB"
UNPLACED = "rows with more or fewer <image> in their texts than pictures"
UNMEANT = "texts with <image> in rows without a picture"


def llava(image: Any, question: str = "<image>\nWhat is this?") -> dict[str, Any]:
    columns = {} if image is None else {"image": image}
    turns = [{"from": "human", "value": question}, {"from": "gpt", "value": f"It is {image}."}]
    return columns | {"conversations": turns}


def check(write: Write, *rows: dict[str, Any], folder: Path | None = None) -> CheckReport:
    return check_data(str(write(list(rows))), image_folder=folder)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.gif", "a.webp", "a.bmp", "a.tiff", "a.ppm", "a.jp2"])
@pytest.mark.parametrize("decoded", [0, 1000])
def test_sound_pictures_have_no_findings(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, decoded: int
) -> None:
    monkeypatch.setattr(pictures, "PICTURES_DECODED", decoded)
    picture(tmp_path / name)
    report = check(write, llava(name))
    assert report.findings == []
    assert report.pictures == 1


def test_a_picture_that_is_not_there_is_found(write: Write) -> None:
    report = check(write, llava("gone/away.jpg"))
    assert found(report) == {MISSING: ["data.json:1:images[0]"]}
    assert details(report, MISSING) == ["gone/away.jpg"]
    assert report.has_errors


@pytest.mark.parametrize("name", ["", " ", "a\0b.jpg", "x" * 5000 + ".jpg", "."])
def test_a_name_that_no_picture_can_have_is_no_traceback(write: Write, name: str) -> None:
    assert check(write, llava("a.jpg"), llava(name)).rows == 2


@pytest.mark.parametrize(
    ("content", "guess"),
    [
        (b"no picture at all", "text"),
        (b"<html>404</html>", "text"),
        (b"", "the file is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "a Git LFS pointer, not the file itself"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "text"),
    ],
)
def test_a_text_named_jpg_is_no_picture(write: Write, tmp_path: Path, content: bytes, guess: str) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    report = check(write, llava("a.jpg"))
    assert details(report, NO_PICTURE) == [f"a.jpg ({guess})"]


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.gif", "a.webp", "a.bmp", "a.tiff"])
@pytest.mark.parametrize("decoded", [0, 1000])
def test_a_cut_picture_is_found_whether_all_are_decoded_or_not(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, decoded: int
) -> None:
    monkeypatch.setattr(pictures, "PICTURES_DECODED", decoded)
    path = picture(tmp_path / name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    assert found(check(write, llava(name))) == {BROKEN: ["data.json:1:images[0]"]}


def test_damage_in_the_middle_is_found_by_decoding(write: Write, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    assert BROKEN in found(check(write, llava("a.png")))


def test_a_decompression_bomb_is_found_from_its_header(write: Write, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png_header(30_000, 30_000))
    assert bomb.stat().st_size < 200
    report = check(write, llava("bomb.png"))
    assert found(report) == {TOO_LARGE: ["data.json:1:images[0]"]}
    assert details(report, TOO_LARGE) == ["bomb.png (more than 89 million pixels)"]


@pytest.mark.parametrize(
    "name", ["../secret.png", "/etc/passwd", "inside/../../secret.png", "link.png", "linked/a.png"]
)
def test_a_path_that_leaves_the_folder_is_not_opened(write: Write, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "pictures"
    (folder / "inside").mkdir(parents=True)
    picture(tmp_path / "secret.png")
    (tmp_path / "elsewhere").mkdir()
    picture(tmp_path / "elsewhere" / "a.png")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    assert found(check(write, llava(name), folder=folder)) == {OUTSIDE: ["data.json:1:images[0]"]}


def test_an_absolute_path_inside_the_folder_and_a_link_within_it_are_fine(write: Write, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    (tmp_path / "b.png").symlink_to(path)
    assert check(write, llava(str(path)), llava("b.png")).findings == []


def test_links_in_a_loop_are_no_picture(write: Write, tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to(tmp_path / "b.png")
    (tmp_path / "b.png").symlink_to(tmp_path / "a.png")
    assert MISSING in found(check(write, llava("a.png")))


def test_nothing_is_fetched_from_an_address(write: Write) -> None:
    report = check(write, llava("https://example.org/a.png"), llava("data:image/png;base64,AAAA"))
    assert found(report) == {ADDRESS: ["data.json:1:images[0]", "data.json:2:images[0]"]}


def test_the_pipe_of_another_program_is_not_waited_for(write: Write, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    assert MISSING in found(check(write, llava("a.png")))


def test_animated_pictures_and_unusual_colours_are_notes(write: Write, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    picture(tmp_path / "b.jpg", "CMYK")
    report = check(write, llava("a.gif"), llava("b.jpg"))
    assert found(report) == {ANIMATED: ["data.json:1:images[0]"], MODE: ["data.json:2:images[0]"]}
    assert details(report, MODE) == ["b.jpg (CMYK)"]
    assert not report.has_errors and not report.has_warnings


def test_marks_and_pictures_are_counted_against_each_other(write: Write, tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    rows = [
        {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "A"}], "images": images}
        for text, images in [("<image><image>", ["a.png"]), ("none", ["a.png"]), ("<image>", ["a.png"])]
    ]
    report = check(write, *rows)
    assert found(report) == {UNPLACED: ["data.json:1", "data.json:2"]}
    assert details(report, UNPLACED) == ["2 <image> ≠ 1", "0 <image> ≠ 1"]


def test_a_mark_without_any_picture_is_only_a_warning(write: Write) -> None:
    rows = [{"messages": [{"role": "user", "content": "<image>"}, {"role": "assistant", "content": "A"}]}]
    report = check(write, *plain_rows(3), *rows)
    assert severity(report, UNMEANT) == "warning"


def test_a_config_that_trains_on_text_refuses_pictures(write: Write, tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    path = write([llava("a.png"), llava(None, "What is this?")])
    report = check_data(str(path), config_for(path))
    assert report.tally.left_out == {"picture": 1}
    assert report.has_errors


class TestAConfigOfAModelThatSees:
    @pytest.fixture
    def fields(self, tmp_path: Path) -> dict[str, str]:
        picture(tmp_path / "pictures" / "a.png")
        return {"visual_encoder_name_or_path": "sample:vision_tower", "image_folder": str(tmp_path / "pictures")}

    @pytest.mark.parametrize(("policy", "expected"), [("error", "error"), ("skip", "warning")])
    def test_says_where_pictures_lie_and_what_becomes_of_bad_ones(
        self, write: Write, fields: dict[str, str], policy: str, expected: str
    ) -> None:
        path = write([llava("a.png"), llava("gone.png"), llava(None, "Who are you?")])
        report = check_data(config=config_for(path, on_bad_image=policy, **fields))
        assert report.tally.left_out == {"bad_image": 1} and report.tally.kept == 2
        assert severity(report, MISSING) == expected
        assert ("unless on_bad_image: skip" in report.as_text()) == (policy == "error")

    def test_counts_for_other_data_too(self, write: Write, fields: dict[str, str]) -> None:
        path = write([llava("a.png"), llava("a.png", "<image>\nAnd now?")], "other.json")
        report = check_data(str(path), config_for(Path("own.json"), **fields))
        assert not report.has_errors and report.tally.kept == 2

    def test_gives_way_to_a_folder_that_is_named(self, write: Write, fields: dict[str, str], tmp_path: Path) -> None:
        path = write([llava("a.png")])
        report = check_data(config=config_for(path, **fields), image_folder=tmp_path)
        assert found(report)[MISSING] == ["data.json:1:images[0]"]

    def test_rows_whose_pictures_have_no_place_are_bad_ones(self, write: Write, fields: dict[str, str]) -> None:
        path = write([llava("a.png"), llava("a.png", "What?")])
        for policy, expected in (("stop", "error"), ("leave_out", "warning")):
            report = check_data(config=config_for(path, bad_rows=policy, **fields))
            assert report.tally.left_out == {"bad": 1}
            assert severity(report, UNPLACED) == expected


def test_a_picture_of_many_rows_is_looked_at_once(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(tmp_path / "a.png")
    looked_at: list[Path] = []
    real = pictures.look_at

    def counting(path: Path, *, decode: bool) -> Any:
        looked_at.append(path)
        return real(path, decode=decode)

    monkeypatch.setattr(pictures, "look_at", counting)
    assert check(write, *(llava("a.png", f"<image>\nQuestion {number}?") for number in range(50))).pictures == 50
    assert looked_at == [tmp_path / "a.png"]


@pytest.mark.parametrize(("question", "marks"), [("<image>\nWhat? <image>", 2), ("What?", 0)])
def test_the_marks_are_counted_as_the_data_has_them(write: Write, tmp_path: Path, question: str, marks: int) -> None:
    picture(tmp_path / "a.png")
    report = check(write, llava("a.png", question))
    assert found(report) == {UNPLACED: ["data.json:1"]}
    assert details(report, UNPLACED) == [f"{marks} <image> ≠ 1"]


class TestPicturesInTheRowsThemselves:
    """As Hugging Face's Image columns have them, in Parquet and Arrow."""

    @staticmethod
    def write(folder: Path, *pictures: Any, name: str = "rows.parquet") -> Path:
        rows = [llava(image, f"<image>\n{number}?") for number, image in enumerate(pictures)]
        table = pa.Table.from_pylist(rows)
        if name.endswith(".parquet"):
            pq.write_table(table, folder / name)
        else:
            with pa.OSFile(str(folder / name), "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
                stream.write_table(table)
        return folder / name

    @pytest.mark.parametrize("name", ["rows.parquet", "rows.arrow"])
    def test_are_looked_at_as_files_are(self, tmp_path: Path, name: str) -> None:
        sound = picture(tmp_path / "a.png").read_bytes()
        rows = [
            {"bytes": sound, "path": "a.png"},
            {"bytes": None, "path": "a.png"},
            {"bytes": b"hello", "path": "b.png"},
            {"bytes": sound[:-2000], "path": None},
            {"bytes": png_header(30_000, 30_000), "path": "../c.png"},
            {"bytes": None, "path": "gone.png"},
        ]
        report = check_data(str(self.write(tmp_path, *rows, name=name)))
        assert found(report) == {
            NO_PICTURE: [f"{name}:3:images[0]"],
            BROKEN: [f"{name}:4:images[0]"],
            TOO_LARGE: [f"{name}:5:images[0]"],
            MISSING: [f"{name}:6:images[0]"],
        }
        assert details(report, NO_PICTURE)[0].endswith(".png (text)")

    def test_the_same_picture_is_kept_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WORKBENCH_CACHE_DIR", str(tmp_path / "cache"))
        sound = picture(tmp_path / "a.png").read_bytes()
        path = self.write(tmp_path, [sound], [sound, sound], [picture(tmp_path / "b.png").read_bytes()])
        assert check_data(str(path)).pictures == 4
        assert sorted(kept.read_bytes() for kept in kept_pictures().iterdir()) == sorted(
            (tmp_path / name).read_bytes() for name in ("a.png", "b.png")
        )

    def test_only_those_of_the_rows_that_are_shown_are_kept(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WORKBENCH_CACHE_DIR", str(tmp_path / "cache"))
        pictures = [{"bytes": b"\x89PNG%d" % number, "path": None} for number in range(60)]
        path = self.write(tmp_path, *pictures)
        (row,) = shown_rows(ShowRequest((str(path),), "50", "all", "auto", None, None, None))
        assert isinstance(row.sample, Conversation) and Path(row.sample.images[0]).read_bytes() == b"\x89PNG49"
        assert len(list(kept_pictures().iterdir())) == ROWS_LOOKED_AT + 1

    def test_large_rows_are_read_few_at_a_time(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(columnar, "_BYTES_AT_ONCE", 3000)
        for name in ("rows.parquet", "rows.arrow"):
            path = self.write(tmp_path, *[os.urandom(1000) for _row in range(20)], name=name)
            with path.open("rb") as file:
                sizes = [batch.num_rows for batch in columnar.BATCHES[path.suffix](path, file)]
            assert sum(sizes) == 20 and max(sizes) <= 3

    def test_one_that_is_too_large_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(images, "MOST_BYTES", 1024**2)
        report = check_data(str(self.write(tmp_path, b"a" * 1024**2, b"a" * (1024**2 + 1))))
        assert any(places == ["rows.parquet:2:image"] for places in found(report).values())
