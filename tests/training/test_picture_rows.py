"""A batch with pictures: their tokens in place, without loss; and one without, where others have some."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from workbench.data.encode import IMAGE_TOKEN
from workbench.data.pack import Packed
from workbench.models.vision.sight import Look
from workbench.training.collate import TOKENS, Collator
from workbench.training.picture_rows import PictureCollator, SeenRow

pytestmark = pytest.mark.heavy


def _look(value: float) -> Look:
    return Look([9, 9], {"pixel_values": torch.full((1, 2), value)})


_SEEN = SeenRow(Packed([1, IMAGE_TOKEN, 7, IMAGE_TOKEN, 8], [-100, -100, 7, -100, 8], [5]), [_look(1.0), _look(2.0)])
_TEXT = SeenRow(Packed([1, 5], [-100, 5], [2]), [])


def test_pictures_stand_among_the_tokens_in_order() -> None:
    batch = PictureCollator(Collator(0))([_TEXT, _SEEN])
    assert batch["input_ids"].tolist() == [[1, 5, 0, 0, 0, 0, 0], [1, 9, 9, 7, 9, 9, 8]]
    assert batch["labels"].tolist() == [[-100, 5, *[-100] * 5], [-100, -100, -100, 7, -100, -100, 8]]
    assert batch["pixel_values"].tolist() == [[1.0, 1.0], [2.0, 2.0]]
    assert batch[TOKENS] == 9


def test_a_batch_of_text_has_no_pictures() -> None:
    assert "pixel_values" not in PictureCollator(Collator(0))([_TEXT])


def test_where_every_process_must_see_a_blank_follows_the_text() -> None:
    batch = PictureCollator(Collator(0), blank=_look(0.0))([_TEXT, _TEXT])
    assert batch["input_ids"].tolist() == [[1, 5, 9, 9], [1, 5, 0, 0]]
    assert batch["labels"].tolist() == [[-100, 5, -100, -100], [-100, 5, -100, -100]]
    assert batch["pixel_values"].shape == (1, 2)
    assert batch[TOKENS] == 4
    assert _TEXT.row.input_ids == [1, 5]


def test_rows_read_their_pictures_when_they_are_asked_for(tmp_path: Path) -> None:
    from workbench.training.picture_rows import PictureRows

    class Rows:
        def __len__(self) -> int:
            return 1

        def __getitem__(self, _number: int) -> Packed:
            return Packed([IMAGE_TOKEN], [-100], [1], [str(tmp_path / "a.png")])

    class Eyes:
        seen: list[Path]

        def __init__(self) -> None:
            self.seen = []

        def look(self, picture: object) -> Look:
            assert isinstance(picture, Path)
            self.seen.append(picture)
            return _look(3.0)

    eyes = Eyes()
    rows = PictureRows(Rows(), eyes)  # type: ignore[arg-type]
    assert not eyes.seen
    assert rows[0].looks[0].inputs["pixel_values"].tolist() == [[3.0, 3.0]]
    assert eyes.seen == [tmp_path / "a.png"]
