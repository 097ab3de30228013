"""Long texts give the tokens they give as a whole."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.long_texts import LONG, Spans, in_groups, in_windows
from workbench.paths import resolve_model

_SMALL = 5_000


@pytest.fixture(scope="module")
def tokenizer() -> LightTokenizer:
    return LightTokenizer.from_folder(Path(resolve_model("sample:model")))


def _piece_tokenizer() -> Any:
    """One that knows no words: its merges could reach across the whole text, as those of Llama 2."""
    import tokenizers
    from tokenizers import models, normalizers, trainers

    tokenizer = tokenizers.Tokenizer(models.BPE(byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    trainer = trainers.BpeTrainer(vocab_size=400, show_progress=False)
    tokenizer.train_from_iterator([_mixed(3_000, seed) for seed in range(3)], trainer)
    return tokenizer


def _mixed(length: int, seed: int = 0) -> str:
    draw = random.Random(seed)
    words = [
        "training",
        "the",
        "model",
        "学习",
        "语言模型。",
        "\n\n",
        "  ",
        "1234567",
        "<|im_end|>",
        "👩\u200d🚀",
        "don't",
        "…",
    ]
    return "".join(draw.choice(words) + draw.choice(["", " ", " ", "\n"]) for _word in range(length))


def _encode(tokenizer: Any) -> Callable[[str], tuple[list[int], Spans]]:
    def encode(text: str) -> tuple[list[int], Spans]:
        found = tokenizer.encode(text, add_special_tokens=False)
        return found.ids, found.offsets

    return encode


def _windows(text: str, encode: Callable[[str], tuple[list[int], Spans]], size: int) -> tuple[list[int], Spans]:
    pieces = list(in_windows(text, encode, size))
    return list(chain.from_iterable(ids for ids, _ in pieces)), list(chain.from_iterable(spans for _, spans in pieces))


@pytest.mark.parametrize("length", [200, 4_000, 12_000])
def test_windows_give_the_tokens_of_the_whole(tokenizer: LightTokenizer, length: int) -> None:
    text = _mixed(length)
    encode = _encode(tokenizer._tokenizer)
    assert _windows(text, encode, _SMALL) == encode(text)


def test_also_where_merges_know_no_words() -> None:
    text = _mixed(8_000, seed=9)
    encode = _encode(_piece_tokenizer())
    assert _windows(text, encode, _SMALL) == encode(text)


@pytest.mark.parametrize("unit", ["a", "ab", " ", "\n", "语", "=-", "<|im_end|>"])
def test_a_text_that_repeats_without_end_is_still_the_same(tokenizer: LightTokenizer, unit: str) -> None:
    text = unit * 20_001
    encode = _encode(tokenizer._tokenizer)
    assert _windows(text, encode, _SMALL) == encode(text)


@settings(max_examples=8)
@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=5), st.integers(400, 2_000))
def test_any_characters(parts: list[str], repeats: int) -> None:
    whole = "".join(parts) * repeats
    tokenizer = LightTokenizer.from_folder(Path(resolve_model("sample:model")))
    encode = _encode(tokenizer._tokenizer)
    assert _windows(whole[:20_000], encode, _SMALL) == encode(whole[:20_000])


def test_the_tokenizer_uses_windows_for_long_texts(tokenizer: LightTokenizer) -> None:
    long = _mixed(LONG // 4)
    assert len(long) > LONG
    whole = tokenizer._tokenizer.encode(long, add_special_tokens=False)
    assert tokenizer.encode(long) == whole.ids
    assert tokenizer.encode_batch(["short", long]) == [tokenizer.encode("short"), whole.ids]
    assert tokenizer.encode_with_spans(long) == (whole.ids, whole.offsets)


def test_groups_hold_all_texts_in_order() -> None:
    texts = ["a" * size for size in (3, 4, 20, 1, 1, 1)]
    groups = list(in_groups(texts, size=8))
    assert [len(group) for group in groups] == [2, 1, 3]
    assert list(chain.from_iterable(groups)) == texts
    assert not list(in_groups([]))


_MEASURED = """
import resource, sys
from pathlib import Path
from workbench.data.light_tokenizer import LightTokenizer
tokenizer = LightTokenizer.from_folder(Path(sys.argv[1]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
tokenizer.encode(Path(sys.argv[2]).read_text(encoding="utf-8"))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


def test_memory_stays_within_some_times_the_text(tmp_path: Path) -> None:
    """In a process of its own: in one go, the text would need more than a hundred times its size."""
    path = tmp_path / "long.txt"
    path.write_text(_mixed(250_000), encoding="utf-8")
    command = [sys.executable, "-c", _MEASURED, resolve_model("sample:model"), str(path)]
    needed = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert needed < 40_000_000 + 16 * path.stat().st_size
