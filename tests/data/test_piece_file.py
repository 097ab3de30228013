"""SentencePiece's file is read to the letter: normalisation, spaces, unknown characters."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import sentencepiece

from tests.data.conftest import SAMPLE
from workbench.data.light_tokenizer import LightTokenizer
from workbench.errors import WorkbenchError

TEXTS = (
    "你好，world！",
    "  two  spaces  ",
    "ﬁ Ⅷ e\u0301 ｗｉｄｅ",
    "日本 🎉",
    "",
    " ",
    "tab\tand\nline",
    "What is 12 plus 9?",
)


def trained(**options: Any) -> bytes:
    """A small SentencePiece model of the sample dialogue."""
    rows = json.loads((SAMPLE / "general_dialogue.json").read_text(encoding="utf-8"))
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([turn["content"] for row in rows for turn in row["messages"]]),
        model_writer=model,
        **{"model_type": "bpe", "vocab_size": 700, "character_coverage": 0.98, "minloglevel": 2, **options},
    )
    return model.getvalue()


def folder_of(folder: Path, pieces: bytes) -> Path:
    (folder / "tokenizer.model").write_bytes(pieces)
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "InternLM2Tokenizer"}')
    return folder


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"byte_fallback": True},
        {"remove_extra_whitespaces": False},
        {"add_dummy_prefix": False},
        {"normalization_rule_name": "identity"},
    ],
)
def test_every_setting_gives_the_ids_of_sentencepiece(tmp_path: Path, options: dict[str, Any]) -> None:
    pieces = trained(**options)
    tokenizer = LightTokenizer.from_folder(folder_of(tmp_path, pieces))
    processor = sentencepiece.SentencePieceProcessor(model_proto=pieces)
    for text in TEXTS:
        assert tokenizer.encode(text) == processor.encode(text), text


def test_pieces_that_are_no_bpe_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="no BPE pieces") as caught:
        LightTokenizer.from_folder(folder_of(tmp_path, trained(model_type="unigram", vocab_size=350)))
    assert caught.value.where == str(tmp_path / "tokenizer.model")


def test_added_tokens_that_are_no_tokens_are_told(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, trained())
    settings = {"tokenizer_class": "InternLM2Tokenizer", "added_tokens_decoder": {"5": "no token"}}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    with pytest.raises(WorkbenchError, match="damaged"):
        LightTokenizer.from_folder(folder)
