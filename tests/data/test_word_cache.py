"""Remembered words give the very tokens of the whole text, or are not used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.conftest import SAMPLE, Write
from workbench.data.light_tokenizer import LightTokenizer, TokenizerFacts
from workbench.data.prepare import pieces
from workbench.data.prepare import write as write_module
from workbench.data.prepare.request import PrepareRequest
from workbench.data.prepare.write import prepare_into
from workbench.data.sources import Source, SourceFile
from workbench.data.word_cache import WordCache, WordsDifferError

LIGHT = LightTokenizer.from_folder(SAMPLE / "model")
REMEMBERING = LightTokenizer(LIGHT.facts)
REMEMBERING.remember_words()
PARTS = st.sampled_from(
    [
        " ",
        " ",
        "  ",
        "\n",
        "\t",
        "a",
        "the",
        "The",
        "12",
        ".",
        ",",
        "'s",
        "你好",
        "，",
        "é",
        "e\u0301",
        "\u00a0",
        "👩‍👩‍👧",
    ]
) | st.sampled_from(["<|im_end|>", "<|im_start|>user\n", "<s>", "-", "\r\n", "\u3000", "\x1c", "\u200b"])
TEXTS = st.lists(st.lists(PARTS, max_size=25).map("".join) | st.text(max_size=40), min_size=1, max_size=8)


@settings(max_examples=200)
@given(TEXTS)
def test_the_tokens_are_those_of_the_whole_texts(texts: list[str]) -> None:
    expected = [LIGHT.encode(text) for text in texts]
    # the second time from memory
    assert REMEMBERING.encode_batch(texts) == expected
    assert REMEMBERING.encode_batch(texts) == expected


def tokenizer_of(pre_tokenizer: Any, **changes: Any) -> LightTokenizer:
    """The sample model's, with other rules."""
    definition = json.loads(LIGHT.facts.definition) | {"pre_tokenizer": pre_tokenizer} | changes
    return LightTokenizer(TokenizerFacts(json.dumps(definition)))


BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
WHOLE = BYTES | {"use_regex": False}


def split_by(pattern: str) -> dict[str, Any]:
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    return {"type": "Sequence", "pretokenizers": [split, WHOLE]}


# the shapes of patterns that large byte-level vocabularies use
LETTERS_WITH_SIGN = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


REACHING_OUT = split_by(r"(?<=[a-z]) (?=[a-z])| ?[^\s]+|\s+")
"""Between two letters a blank is a match of its own, otherwise it goes with what follows."""


@pytest.mark.parametrize("rules", [BYTES, BYTES | {"add_prefix_space": True}, split_by(LETTERS_WITH_SIGN)])
def test_words_stand_alone_where_patterns_begin_anew_at_a_blank(rules: Any) -> None:
    assert tokenizer_of(rules).words_stand_alone
    assert LIGHT.words_stand_alone


@pytest.mark.parametrize(
    "rules",
    [
        REACHING_OUT,
        split_by(r"[a-zA-Z]+ [a-zA-Z]+|."),
    ],
)
def test_words_do_not_stand_alone_where_rules_look_further(rules: Any) -> None:
    assert not tokenizer_of(rules).words_stand_alone


@pytest.mark.parametrize("normalizer", [{"type": "Strip", "strip_left": True, "strip_right": True}, {"type": "NFKC"}])
def test_words_do_not_stand_alone_where_texts_are_rewritten(normalizer: Any) -> None:
    assert not tokenizer_of(BYTES, normalizer=normalizer).words_stand_alone


def test_tokens_that_differ_from_those_of_the_words_are_noticed() -> None:
    reaching_out = tokenizer_of(REACHING_OUT)
    cache = WordCache(lambda texts: [reaching_out.encode(text) for text in texts], frozenset())
    with pytest.raises(WordsDifferError):
        cache.encode_batch(["hello world", "and more"])


@pytest.mark.parametrize("processes", [1, 2])
def test_data_is_prepared_without_remembering_where_that_would_be_wrong(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    monkeypatch.setattr(write_module, "_BYTES_WORTH_PROCESSES", 100_000)
    monkeypatch.setattr(pieces, "_CHARACTERS_A_PIECE", 50_000)
    reaching_out = tokenizer_of(REACHING_OUT)
    rows = [{"input": f"question {number} " + "word " * 20, "output": "an answer"} for number in range(1_000)]
    path = write("".join(json.dumps(row) + "\n" for row in rows), "large.jsonl")
    request = PrepareRequest((Source(str(path)),), template="internlm2_chat", max_length=1024)
    right = prepare_into(tmp_path / "right", request, reaching_out, [SourceFile(path)], processes=processes)
    monkeypatch.setattr(LightTokenizer, "words_stand_alone", True)
    tried = prepare_into(tmp_path / "tried", request, reaching_out, [SourceFile(path)], processes=processes)
    assert right == tried
    files = [next((tmp_path / name).glob("*.arrow")) for name in ("right", "tried")]
    assert files[0].read_bytes() == files[1].read_bytes()
