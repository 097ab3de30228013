"""Pictures and ``<image>`` that do not agree are refused."""

from __future__ import annotations

import pytest

from tests.models.vision.tiny import clip_tower, language_model, sample_tokenizer
from workbench.data.encode import IMAGE_TOKEN
from workbench.errors import WorkbenchError
from workbench.models.vision.assembly import assemble
from workbench.models.vision.marks import require_a_picture_each, require_sight

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("pictures", [0, 1, 3])
def test_marks_and_pictures_must_agree(pictures: int) -> None:
    ids = [1, IMAGE_TOKEN, 5, IMAGE_TOKEN]
    require_a_picture_each(ids, pictures=2, where="a.json:1")
    with pytest.raises(WorkbenchError, match=f"has 2 <image>, but {pictures} pictures") as refused:
        require_a_picture_each(ids, pictures=pictures, where="a.json:1")
    assert refused.value.where == "a.json:1"


def test_a_model_without_a_tower_is_given_no_picture() -> None:
    text_only = language_model("llama")
    require_sight(text_only, pictures=0, where="a.json:1")
    with pytest.raises(WorkbenchError, match="text only"):
        require_sight(text_only, pictures=1, where="a.json:1")
    require_sight(assemble(text_only, clip_tower(), sample_tokenizer()), pictures=1, where="a.json:1")
