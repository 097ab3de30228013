"""Models that see by themselves are given what their own processor would give them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText
from transformers.utils import is_num2words_available

from tests.models.vision.own_models import FAMILIES, write_own_model
from workbench.data.conversation import Conversation, Turn
from workbench.data.encode import NOT_TRAINED, encode, encode_prompt
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.templates import get_template
from workbench.errors import WorkbenchError
from workbench.models.load import load_tokenizer
from workbench.models.vision.own_processor import load_processor, own_sight
from workbench.models.vision.sight import Sight, joined_inputs, labels_with_looks, with_looks

pytestmark = pytest.mark.heavy
_WIDE, _TALL = Image.new("RGB", (90, 50), "red"), Image.new("RGB", (40, 70), "blue")


class Own:
    """A model of a family, as workbench opens it, and its processor as transformers uses it."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.processor = write_own_model(kind, folder)
        self.model = AutoModelForImageTextToText.from_pretrained(folder).eval()
        self.tokenizer = load_tokenizer(str(folder))
        self.template = get_template("auto", LightTokenizer.from_folder(folder))
        self.sight: Sight = own_sight(self.model, str(folder))

    def expected(self, messages: list[dict[str, Any]]) -> dict[str, Any]:
        found = self.processor.apply_chat_template(
            messages, tokenize=True, return_dict=True, return_tensors="pt", add_generation_prompt=True
        )
        return dict(found)


@pytest.fixture(scope="module", params=FAMILIES)
def own(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Own:
    return Own(request.param, tmp_path_factory.mktemp(request.param))


def shown(picture: Image.Image) -> dict[str, Any]:
    return {"type": "image", "image": picture}


def said(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def test_a_prompt_has_the_tokens_and_pixels_of_the_models_own_processor(own: Own) -> None:
    turns = [
        Turn("user", "<image>\nWhat is it?", images=("a",)),
        Turn("assistant", "A red thing."),
        Turn("user", "And this one?\n<image>", images=("b",)),
    ]
    looks = [own.sight.look(_WIDE), own.sight.look(_TALL)]
    ids = with_looks(encode_prompt(turns, own.template, own.tokenizer), looks)
    expected = own.expected(
        [
            {"role": "user", "content": [shown(_WIDE), said("What is it?")]},
            {"role": "assistant", "content": [said("A red thing.")]},
            {"role": "user", "content": [said("And this one?"), shown(_TALL)]},
        ]
    )
    assert ids == expected["input_ids"][0].tolist()
    own.model.model.rope_deltas = None
    with torch.no_grad():
        theirs = own.model(**expected).logits
        ours = own.model(input_ids=torch.tensor([ids]), **joined_inputs(looks, torch.tensor([ids]))).logits
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_rows_with_more_and_less_pictures_make_one_batch(own: Own) -> None:
    """Each row computes what it computes alone; padding comes after it."""
    one, two = [own.sight.look(_TALL)], [own.sight.look(_WIDE), own.sight.look(_TALL)]
    short = with_looks([50, -200, 51, 52], one)
    long = with_looks([60, -200, 61, -200, 62], two)
    batch = torch.tensor([short + [0] * (len(long) - len(short)), long])
    with torch.no_grad():
        together = own.model(input_ids=batch, **joined_inputs([*one, *two], batch)).logits
        alone = own.model(input_ids=torch.tensor([short]), **joined_inputs(one, torch.tensor([short]))).logits
    torch.testing.assert_close(together[:1, : len(short)], alone, rtol=1e-4, atol=1e-5)


def test_answers_alone_have_loss(own: Own) -> None:
    turns = (Turn("user", "<image>\nWhat is it?", images=("a",)), Turn("assistant", "A red thing."))
    encoded = encode(Conversation(turns), own.template, LightTokenizer.of(own.tokenizer) or own.tokenizer)
    look = own.sight.look(_WIDE)
    labels = labels_with_looks(encoded.input_ids, encoded.labels, [look])
    assert len(labels) == len(with_looks(encoded.input_ids, [look]))
    text = own.tokenizer.decode([label for label in labels if label != NOT_TRAINED])
    assert text.replace(" ", "").startswith("Aredthing.")
    assert "What" not in text


def test_the_same_template_asks_without_pictures(own: Own) -> None:
    ids = encode_prompt([Turn("user", "Say <image> twice.")], own.template, own.tokenizer)
    assert -200 not in ids
    text = own.tokenizer.decode(own.expected([{"role": "user", "content": [said("Say hello twice.")]}])["input_ids"][0])
    assert own.tokenizer.decode(ids).replace("<image>", "hello") == text


def test_older_processors_keep_their_template_in_a_file_of_their_own(tmp_path: Path) -> None:
    processor = write_own_model("qwen2_5_vl", tmp_path)
    template = processor.tokenizer.chat_template
    (tmp_path / "chat_template.jinja").unlink()
    (tmp_path / "chat_template.json").write_text(json.dumps({"chat_template": template}), encoding="utf-8")
    assert load_tokenizer(str(tmp_path)).chat_template == template
    assert LightTokenizer.from_folder(tmp_path).chat_template == template


@pytest.mark.skipif(is_num2words_available(), reason="the package is there")
def test_a_package_that_a_processor_needs_is_named(tmp_path: Path) -> None:
    write_own_model("idefics3", tmp_path)
    with pytest.raises(WorkbenchError, match="num2words") as refused:
        load_processor(str(tmp_path), "smolvlm")
    assert refused.value.fix == "Install that package beside workbench."
