"""Tokenizers as GGUF engines read them."""

from __future__ import annotations

import json
from typing import Any

import gguf
import pytest
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from tests.checkpoints.export.conftest import SAMPLE
from workbench.checkpoints.export.pre_tokenizers import pre_tokenizer_name
from workbench.checkpoints.export.vocabulary import read_vocabulary
from workbench.data.light_tokenizer import LightTokenizer, TokenizerFacts
from workbench.errors import WorkbenchError

_LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def pieces(*merged: str) -> Tokenizer:
    """A SentencePiece tokenizer; each argument is a merge, ``left right``."""
    single = sorted({char for merge in merged for char in merge if char != " "})
    tokens = ["<unk>", "<s>", "</s>", "<0x0A>", *single, *(merge.replace(" ", "") for merge in merged)]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    model = models.BPE(
        vocab=vocabulary, merges=[tuple(merge.split(" ")) for merge in merged], unk_token="<unk>", byte_fallback=True
    )
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.ByteFallback()
    tokenizer.add_special_tokens(["<s>", "</s>"])
    tokenizer.add_tokens([AddedToken("a▁b", normalized=False)])
    return tokenizer


def light(tokenizer: Tokenizer) -> LightTokenizer:
    return LightTokenizer(TokenizerFacts(tokenizer.to_str(), bos_token="<s>", eos_token="</s>"))


def test_pieces_keep_the_order_of_their_merges_as_scores() -> None:
    tokenizer = pieces("▁ a", "b a", "▁a b", "▁ b", "▁b a")
    found = read_vocabulary(light(tokenizer), 20)
    assert (found.kind, found.adds_space) == ("llama", True)
    score = dict(zip(found.texts, found.scores, strict=True))
    assert score["▁a"] > score["ba"] > score["▁ab"] > score["▁b"] > score["▁ba"] > score["<unk>"]
    kind = dict(zip(found.texts, found.types, strict=True))
    assert kind["<unk>"] == gguf.TokenType.UNKNOWN
    assert kind["<s>"] == gguf.TokenType.CONTROL
    assert kind["<0x0A>"] == gguf.TokenType.BYTE
    assert kind["a b"] == gguf.TokenType.USER_DEFINED
    assert kind["[PAD19]"] == gguf.TokenType.UNUSED


def test_pieces_that_an_engine_would_make_of_another_text_are_refused() -> None:
    tokenizer = pieces("▁ a", "b a")
    plain = tokenizer.normalizer
    assert plain is not None
    for changing in (normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " "), normalizers.Lowercase()):
        tokenizer.normalizer = normalizers.Sequence([changing, plain])
        with pytest.raises(WorkbenchError, match="give the model other tokens"):
            read_vocabulary(light(tokenizer), 20)


def sample(**changes: Any) -> str:
    return json.dumps(json.loads((SAMPLE / "tokenizer.json").read_text()) | changes)


def cut_by(*pattern: str, regex: bool = False) -> Any:
    cuts = [pre_tokenizers.Split(Regex(text), "isolated") for text in pattern]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*cuts, pre_tokenizers.ByteLevel(False, use_regex=regex)])
    return json.loads(tokenizer.to_str())["pre_tokenizer"]


@pytest.mark.parametrize(
    ("way", "ignores_merges", "name"),
    [
        (cut_by(regex=True), False, "gpt-2"),
        (cut_by(r"\p{N}", regex=True), False, "smollm"),
        (cut_by(_LLAMA3), True, "llama-bpe"),
        (cut_by(_LLAMA3), False, "smaug-bpe"),
        (cut_by(_LLAMA3.replace("{1,3}", "")), False, "qwen2"),
    ],
)
def test_the_way_of_cutting_is_found(way: Any, ignores_merges: bool, name: str) -> None:
    parts = json.loads(sample(pre_tokenizer=way))
    _teach(parts["model"], "12", "123", "1234", "th", " t", "\n\n", ");", "tHe")
    parts["model"]["ignore_merges"] = ignores_merges
    assert pre_tokenizer_name(json.dumps(parts)) == name


def _teach(model: dict[str, Any], *words: str) -> None:
    """Put words into the vocabulary whose tokens differ between the ways of cutting."""
    letters = {chr(byte): char for byte, char in zip(range(256), _byte_letters(), strict=True)}
    for word in words:
        spelled = "".join(letters[char] for char in word)
        model["vocab"].setdefault(spelled, len(model["vocab"]) + 100)
        for end in range(2, len(spelled) + 1):
            model["vocab"].setdefault(spelled[:end], len(model["vocab"]) + 100)
            merge = [spelled[: end - 1], spelled[end - 1]]
            if merge not in model["merges"]:
                model["merges"].append(merge)
    model["vocab"]["Hello"] = len(model["vocab"]) + 100  # a whole word that no merges make


def _byte_letters() -> list[str]:
    printed = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte) if byte in printed else chr(next(others)) for byte in range(256)]


def test_an_unknown_way_of_cutting_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="cuts text in a way that is not known"):
        pre_tokenizer_name(sample(pre_tokenizer=cut_by(".")))


def test_tokenizers_of_other_kinds_are_refused() -> None:
    tokenizer = Tokenizer(models.WordPiece({"[UNK]": 0}, unk_token="[UNK]"))
    with pytest.raises(WorkbenchError, match="this one is WordPiece"):
        read_vocabulary(LightTokenizer(TokenizerFacts(tokenizer.to_str())), 10)
