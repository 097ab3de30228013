"""The published InternLM2 models bring a SentencePiece file and code; the file alone is enough."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import sentencepiece

from workbench.models.load import load_tokenizer
from workbench.paths import shipped

pytestmark = pytest.mark.heavy
IM_START, IM_END = 800, 801


@pytest.fixture(scope="module")
def pieces() -> bytes:
    """A small SentencePiece model as InternLM2 has one: BPE with bytes for what is in no piece, spaces kept."""
    rows = json.loads((shipped("sample_data") / "general_dialogue.json").read_text(encoding="utf-8"))
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([turn["content"] for row in rows for turn in row["messages"]]),
        model_writer=model,
        model_type="bpe",
        vocab_size=IM_START,
        character_coverage=0.98,
        byte_fallback=True,
        add_dummy_prefix=False,
        remove_extra_whitespaces=False,
        normalization_rule_name="identity",
        pad_id=-1,
        unk_id=0,
        bos_id=1,
        eos_id=2,
        minloglevel=2,
    )
    return model.getvalue()


@pytest.fixture
def published(sample_copy: Path, pieces: bytes) -> Path:
    """The sample model with tokenizer files like those of the published models."""
    (sample_copy / "tokenizer.json").unlink()
    (sample_copy / "tokenizer.model").write_bytes(pieces)
    code = "tokenization_internlm2"
    marks = {IM_START: "<|im_start|>", IM_END: "<|im_end|>"}
    config = {
        "auto_map": {"AutoTokenizer": [f"{code}.InternLM2Tokenizer", f"{code}_fast.InternLM2TokenizerFast"]},
        "tokenizer_class": "InternLM2Tokenizer",
        "bos_token": "<s>",
        "eos_token": "</s>",
        "pad_token": "</s>",
        "unk_token": "<unk>",
        "added_tokens_decoder": {str(number): _special(text) for number, text in marks.items()},
    }
    (sample_copy / "tokenizer_config.json").write_text(json.dumps(config))
    for name in (code, f"{code}_fast"):
        (sample_copy / f"{name}.py").write_text(f"open({str(sample_copy / 'was_run')!r}, 'w')\n")
    return sample_copy


def _special(text: str) -> dict[str, Any]:
    plain = dict.fromkeys(("lstrip", "rstrip", "normalized", "single_word"), False)
    return {"content": text, "special": True, **plain}


@pytest.mark.parametrize("text", ["你是谁？", "What is 12  plus 9?\n  ok", "日本 🎉 naïve", " ", "  a"])
def test_text_becomes_the_tokens_that_sentencepiece_gives(published: Path, pieces: bytes, text: str) -> None:
    tokenizer = load_tokenizer(str(published))
    ids = tokenizer.encode(text, add_special_tokens=False)
    assert ids == sentencepiece.SentencePieceProcessor(model_proto=pieces).encode(text)
    assert tokenizer.decode(ids) == text


def test_marks_of_a_dialogue_are_one_token_each(published: Path) -> None:
    tokenizer = load_tokenizer(str(published))
    ids = tokenizer.encode("<|im_start|>user\n你好<|im_end|>", add_special_tokens=False)
    assert (ids[0], ids[-1], ids.count(IM_END)) == (IM_START, IM_END, 1)
    assert (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id) == (1, 2, 2)


def test_the_code_beside_it_is_not_run(published: Path) -> None:
    load_tokenizer(str(published))
    assert not (published / "was_run").exists()
