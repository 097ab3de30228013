"""Rows with pictures prepared ahead: those of the training itself, and looked at again before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.data.conftest import Write
from tests.data.picture_files import llava_row, picture
from tests.data.prepare.seeing import rows_of, seeing
from workbench.data.checks import check_data
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.training_set import build_training_set, write_offline
from workbench.errors import WorkbenchError


@pytest.fixture
def data(write: Write, tmp_path: Path) -> Path:
    picture(tmp_path / "a.png")
    return write([llava_row("a.png"), llava_row(None, "Who?"), llava_row("gone.png")])


def test_the_rows_are_those_of_the_training_itself(data: Path, light: LightTokenizer, tmp_path: Path) -> None:
    config = seeing(data, on_bad_image="skip")
    itself = build_training_set(config, light)
    ready = tmp_path / "ready"
    assert write_offline(config, light, ready) == itself.report
    ahead = build_training_set(config.model_copy(update={"data_path": str(ready)}), light)
    assert rows_of(ahead) == rows_of(itself)
    assert ahead.rows.pictures() == itself.rows.pictures() == {str(tmp_path / "a.png")}
    assert ahead.report == itself.report
    assert not check_data(config=config.model_copy(update={"data_path": str(ready)})).findings


def test_a_picture_that_is_gone_since_is_named_by_its_row(data: Path, light: LightTokenizer, tmp_path: Path) -> None:
    config = seeing(data, on_bad_image="skip")
    write_offline(config, light, tmp_path / "ready")
    (tmp_path / "a.png").unlink()
    ahead = config.model_copy(update={"data_path": str(tmp_path / "ready"), "on_bad_image": "error"})
    with pytest.raises(WorkbenchError, match="not there") as caught:
        build_training_set(ahead, light)
    assert caught.value.where == f"{data}:1:images[0]"
    report = build_training_set(ahead.model_copy(update={"on_bad_image": "skip"}), light).report
    assert (report.read, report.kept, report.left_out, report.bad_images) == (
        3,
        1,
        {"bad_image": 2},
        {"missing": 2},
    )


def test_several_folders_are_joined(data: Path, light: LightTokenizer, tmp_path: Path) -> None:
    config = seeing(data, on_bad_image="skip")
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        write_offline(config, light, folder)
    joined = config.model_copy(update={"data_path": list(map(str, folders))})
    assert [row.images for row in rows_of(build_training_set(joined, light))] == [[str(tmp_path / "a.png")], []] * 2


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {"visual_encoder_name_or_path": None, "pack_to_max_length": False}, "for a model that sees"),
        ({"visual_encoder_name_or_path": None, "bad_rows": "leave_out"}, {}, "reads text only"),
        ({}, {"image_folder": "/elsewhere"}, "image_folder"),
    ],
)
def test_for_something_else_is_refused(
    data: Path,
    light: LightTokenizer,
    tmp_path: Path,
    before: dict[str, Any],
    after: dict[str, Any],
    said: str,
) -> None:
    write_offline(seeing(data, on_bad_image="skip", **before), light, tmp_path / "ready")
    with pytest.raises(WorkbenchError, match=said):
        build_training_set(seeing(tmp_path / "ready", **after), light)
