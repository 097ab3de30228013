"""Rows with pictures become tokens: one for each picture, and the paths of those that are left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.data.conftest import SAMPLE, Write
from tests.data.picture_files import llava_row, picture
from tests.data.prepare.seeing import rows_of, seeing
from workbench.data.checks import check_data
from workbench.data.encode import IMAGE_TOKEN
from workbench.data.kept_pictures import kept_pictures
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.training_set import build_training_set
from workbench.errors import WorkbenchError


def test_the_sample_is_read_whole(light: LightTokenizer) -> None:
    made = build_training_set(seeing("sample:llava_dialogues.json", image_folder="sample:", max_length=256), light)
    assert made.report.adds_up and made.report.kept == len(made.rows) == made.report.read
    first = made.rows[0]
    assert first.input_ids.count(IMAGE_TOKEN) == 1
    assert Path(first.images[0]).is_file() and Path(first.images[0]).is_relative_to(SAMPLE / "pictures")
    assert made.report.pictures > 100 and made.report.repaired == {}


def test_several_pictures_and_rows_without_any_stand_beside_each_other(
    write: Write, light: LightTokenizer, tmp_path: Path
) -> None:
    for name in ("a.png", "b.png"):
        picture(tmp_path / "pictures" / name)
    path = write(
        [
            llava_row("a.png"),
            llava_row(None, "Who are you?"),
            llava_row(["b.png", "a.png"], "<image><image>\nWhich?"),
            llava_row(None, "What does <image> mean in a text?"),
        ],
        "texts/data.json",
    )
    made = build_training_set(seeing(path, image_folder=str(tmp_path / "pictures")), light)
    a, b = (str(tmp_path / "pictures" / name) for name in ("a.png", "b.png"))
    rows = rows_of(made)
    assert [row.images for row in rows] == [[a], [], [b, a], []]
    assert [row.input_ids.count(IMAGE_TOKEN) for row in rows] == [1, 0, 2, 0]
    assert list(made.rows.image_counts()) == [1, 0, 2, 0]
    assert made.rows.pictures() == {a, b}
    assert list(made.rows.lengths()) == [len(row.input_ids) for row in rows]
    assert made.report.pictures == 2
    assert "2 different pictures." in made.report.sentences()
    assert "1 rows have <image> in their texts, but no picture: it is trained as text." in made.report.sentences()


def test_rows_that_speak_of_pictures_need_one_at_least(write: Write, light: LightTokenizer, tmp_path: Path) -> None:
    row = llava_row("a.png")
    row["picture_path"] = row.pop("image")  # a column that is not read
    path = write([row])
    for freeze_llm in (False, True):
        with pytest.raises(WorkbenchError, match="No row has a picture, but 1 rows have <image>") as caught:
            build_training_set(seeing(path, freeze_llm=freeze_llm), light)
        assert caught.value.where == str(path)
    picture(tmp_path / "a.png")
    report = build_training_set(seeing(write([row, llava_row("a.png")])), light).report
    assert (report.unmeant, report.pictures) == (1, 1)


def test_a_projector_alone_is_not_trained_on_text(light: LightTokenizer) -> None:
    config = seeing(SAMPLE / "general_dialogue.json", dataset_format="openai", max_length=256)
    assert build_training_set(config, light).report.pictures == 0
    with pytest.raises(WorkbenchError, match="nothing would be learned"):
        build_training_set(config.model_copy(update={"freeze_llm": True}), light)


def test_lengths_and_counts_of_rows_of_text_only(light: LightTokenizer) -> None:
    config = seeing(SAMPLE / "general_dialogue.json", visual_encoder_name_or_path=None, max_length=256)
    rows = build_training_set(config, light).rows
    assert len(rows[0].lengths) > 1
    assert list(rows.lengths()) == [len(rows[number].input_ids) for number in range(len(rows))]
    assert set(rows.image_counts()) == {0} and len(rows.image_counts()) == len(rows)
    assert rows[0].images == [] and rows.pictures() == set()


def test_a_picture_whose_place_is_cut_off_goes_with_it(write: Write, light: LightTokenizer, tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    turns = [
        *llava_row("a.png")["conversations"],
        {"from": "human", "value": "long " * 100},
        {"from": "gpt", "value": "B"},
        {"from": "human", "value": "<image>\nAnd this?"},
        {"from": "gpt", "value": "C"},
    ]
    path = write([{"image": ["a.png", "gone.png"], "conversations": turns}])
    made = build_training_set(seeing(path), light)
    assert [row.images for row in rows_of(made)] == [[str(tmp_path / "a.png")]]
    assert (made.report.cut, made.report.pictures) == (1, 1)


def test_a_picture_of_a_last_question_without_an_answer_is_not_trained(
    write: Write, light: LightTokenizer, tmp_path: Path
) -> None:
    picture(tmp_path / "a.png")
    row = llava_row(["a.png", "b.png"])
    row["conversations"].append({"from": "human", "value": "<image>\nAnd this?"})
    assert [row.images for row in rows_of(build_training_set(seeing(write([row])), light))] == [
        [str(tmp_path / "a.png")]
    ]


MARKS = [
    (llava_row("a.png", "What?"), "<image> 0 times in its texts, and 1 pictures"),
    (llava_row("a.png", "<image><image>\nWhat?"), "<image> 2 times in its texts, and 1 pictures"),
    (llava_row(["a.png", "a.png"]), "<image> 1 times in its texts, and 2 pictures"),
    (llava_row("a.png", "What?", "<image>"), "elsewhere than in a question"),
]


@pytest.mark.parametrize(("row", "said"), MARKS)
def test_marks_and_pictures_that_do_not_go_together_are_named(
    write: Write, light: LightTokenizer, tmp_path: Path, row: dict[str, Any], said: str
) -> None:
    picture(tmp_path / "a.png")
    path = write([llava_row("a.png"), row])
    with pytest.raises(WorkbenchError) as caught:
        build_training_set(seeing(path), light)
    assert caught.value.where == f"{path}:2"
    assert said in caught.value.what
    assert "Write <image> once" in (caught.value.fix or "")
    report = build_training_set(seeing(path, bad_rows="leave_out"), light).report
    assert (report.kept, report.left_out, report.adds_up) == (1, {"bad": 1}, True)


@pytest.mark.parametrize(("row", "said"), MARKS)
def test_data_check_counts_those_rows_as_the_training_does(
    write: Write, tmp_path: Path, row: dict[str, Any], said: str
) -> None:
    picture(tmp_path / "a.png")
    path = write([llava_row("a.png"), row])
    report = check_data(config=seeing(path))
    assert report.has_errors
    assert report.tally.left_out == {"bad": 1}, said


def test_a_template_that_leaves_pictures_out_is_refused(write: Write, tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    model = tmp_path / "model"
    model.mkdir()
    (model / "tokenizer.json").write_bytes((SAMPLE / "model" / "tokenizer.json").read_bytes())
    facts = json.loads((SAMPLE / "model" / "tokenizer_config.json").read_text())
    written = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content | replace('<image>', '') }}<|im_end|>{% endfor %}"
    (model / "tokenizer_config.json").write_text(json.dumps(facts | {"chat_template": written}))
    path = write([llava_row(None, "Who?"), llava_row("a.png")])
    with pytest.raises(
        WorkbenchError, match="has 1 pictures, and the prompt template writes the places of 0"
    ) as caught:
        build_training_set(seeing(path, prompt_template="auto"), LightTokenizer.from_folder(model))
    assert caught.value.where == f"{path}:2"


class TestRowsOfTokens:
    ROW: ClassVar = {"input_ids": [1, IMAGE_TOKEN, 5, 6], "labels": [-100, -100, 5, 6], "images": ["a.png"]}

    def test_name_their_pictures(self, write: Write, light: LightTokenizer, tmp_path: Path) -> None:
        picture(tmp_path / "a.png")
        (row,) = rows_of(build_training_set(seeing(write([self.ROW])), light))
        assert (row.input_ids, row.images) == (self.ROW["input_ids"], [str(tmp_path / "a.png")])

    def test_have_as_many_pictures_as_places(self, write: Write, light: LightTokenizer) -> None:
        path = write([self.ROW | {"images": ["a.png", "b.png"]}])
        with pytest.raises(WorkbenchError, match="<image> 1 times in its texts, and 2 pictures"):
            build_training_set(seeing(path), light)
        with pytest.raises(WorkbenchError, match="a token is not negative"):
            build_training_set(seeing(write([self.ROW | {"images": []}])), light)

    def test_are_refused_by_a_training_of_text(self, write: Write, light: LightTokenizer) -> None:
        with pytest.raises(WorkbenchError, match="this training reads text only"):
            build_training_set(seeing(write([self.ROW]), visual_encoder_name_or_path=None), light)


def test_each_data_path_may_have_its_own_folder(write: Write, light: LightTokenizer, tmp_path: Path) -> None:
    paths = []
    for name in ("one", "two"):
        picture(tmp_path / name / "a.png")
        paths.append(str(write([llava_row("a.png")], f"{name}.json")))
    made = build_training_set(seeing(paths, image_folder=f"{tmp_path / 'one'},{tmp_path / 'two'}"), light)
    assert [row.images for row in rows_of(made)] == [[str(tmp_path / name / "a.png")] for name in ("one", "two")]
    assert made.report.pictures == 2


def test_rows_from_another_folder_get_paths_of_their_own(write: Write, light: LightTokenizer, tmp_path: Path) -> None:
    for name in ("one", "two"):
        picture(tmp_path / name / "a.png")
        path = write([llava_row("a.png")], f"{name}/data.json")
        (row,) = rows_of(build_training_set(seeing(path), light))
        assert row.images == [str(tmp_path / name / "a.png")]


class TestPicturesInTheRowsThemselves:
    @pytest.fixture
    def rows(self, tmp_path: Path) -> Path:
        content = picture(tmp_path / "a.png").read_bytes()
        (tmp_path / "a.png").unlink()
        pq.write_table(pa.Table.from_pylist([llava_row({"bytes": content, "path": None})]), tmp_path / "rows.parquet")  # type: ignore[arg-type]
        return tmp_path / "rows.parquet"

    def test_are_kept_as_files(self, rows: Path, light: LightTokenizer) -> None:
        (row,) = rows_of(build_training_set(seeing(rows), light))
        assert Path(row.images[0]).parent == kept_pictures() and Path(row.images[0]).is_file()

    def test_are_kept_again_if_their_files_are_gone(self, rows: Path, light: LightTokenizer) -> None:
        (row,) = rows_of(build_training_set(seeing(rows), light))
        Path(row.images[0]).unlink()
        build_training_set(seeing(rows), light)
        assert Path(row.images[0]).is_file()
