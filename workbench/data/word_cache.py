"""Tokens of words remembered: most of a text is words that were tokenised before.

A text may be cut before a single blank between two characters that are not white space if the tokenizer's rules look
no further than that, as those of byte-level BPE do: its pattern begins a new match there, and merges stay within a
match. Whether they do is tried out on some thousand texts of every kind before, and on one text in each batch after.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

EncodeBatch = Callable[[Sequence[str]], list[list[int]]]
_CUT = re.compile(r"(?<=\S)(?= \S)")
_MOST_WORDS = 200_000
_LONGEST_WORD = 48
_TRIED_TEXTS = 2_000
_PARTS = (
    *"abcdzABZ0189",
    *" " * 12,
    *"\n\t\r'\".,;:!?-_/\\()[]{}<>|#@$%&*+=~^`",
    *"的你我，。！？“”、（）",
    *"éñüßøПривет日本한국عربى",
    *("'s", "'ll", "n't", "  ", "\n\n", " \n", "\u00a0", "\u3000", "\u0301", "\u200d", "👩", "🇨", "ﬁ", "½", "１"),
)


class WordsDifferError(Exception):
    """A text's tokens are not those of its words; they must be had without remembering any."""


class WordCache:
    """The tokens of texts, put together from those of their words."""

    def __init__(self, encode_batch: EncodeBatch) -> None:
        self._encode_batch = encode_batch
        self._pieces: dict[str, tuple[int, ...]] = {}
        self._firsts: dict[str, tuple[int, ...]] = {}
        self._middles: dict[str, tuple[int, ...]] = {}
        self._lasts: dict[str, tuple[int, ...]] = {}

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text.

        Raises:
            WordsDifferError: the first text's tokens are not those of its words.
        """
        found = [self._known(text) for text in texts]
        unknown = [number for number, ids in enumerate(found) if ids is None]
        cut = [_CUT.split(texts[number]) for number in unknown]
        new = self._learned(cut)
        for number, words in zip(unknown, cut, strict=True):
            found[number] = list(
                chain.from_iterable(new[word] if word in new else self._pieces[word] for word in words)
            )
        whole = [ids or [] for ids in found]
        if texts and whole[0] != self._encode_batch(texts[:1])[0]:
            raise WordsDifferError
        return whole

    def _known(self, text: str) -> list[int] | None:
        """Without a pattern's help, for texts all of whose words are known; the same cuts as `_CUT` makes."""
        words = text.split(" ")
        if len(words) == 1:
            pieces = [self._pieces.get(text)]
        else:
            pieces = [
                self._firsts.get(words[0]),
                *map(self._middles.get, words[1:-1]),
                self._lasts.get(words[-1]),
            ]
        if None in pieces:
            return None
        return list(chain.from_iterable(piece for piece in pieces if piece))

    def _learned(self, cut: list[list[str]]) -> dict[str, tuple[int, ...]]:
        """Tokenise the words that are not known, and remember the short ones."""
        if len(self._pieces) > _MOST_WORDS:
            for words in (self._pieces, self._firsts, self._middles, self._lasts):
                words.clear()
        missing = [word for word in dict.fromkeys(chain.from_iterable(cut)) if word not in self._pieces]
        new = dict(zip(missing, map(tuple, self._encode_batch(missing)), strict=True))
        for word, ids in new.items():
            if len(word) <= _LONGEST_WORD:
                self._remember(word, ids)
        return new

    def _remember(self, word: str, ids: tuple[int, ...]) -> None:
        self._pieces[word] = ids
        ends_open = bool(word) and not word[-1].isspace()
        if not word.startswith(" "):
            if ends_open and " " not in word:
                self._firsts[word] = ids
        elif len(word) > 1 and " " not in word[1:] and not word[1].isspace():
            self._lasts[word[1:]] = ids
            if ends_open:
                self._middles[word[1:]] = ids


def words_stand_alone(definition: dict[str, Any], encode_batch: EncodeBatch) -> bool:
    """Whether a tokenizer's tokens of a text are those of its words.

    Args:
        definition: the tokenizer as the tokenizers library writes it.
    """
    normalizer = definition.get("normalizer")
    if normalizer is not None and normalizer.get("type") != "NFC":
        return False
    added = definition.get("added_tokens") or []
    reaching_out = ("lstrip", "rstrip", "single_word")
    if any(" " in token["content"] or any(token.get(flag) for flag in reaching_out) for token in added):
        return False
    draw = random.Random(0)
    parts = (*_PARTS, *(token["content"] for token in added[:20]))
    texts = ["".join(draw.choices(parts, k=draw.randint(2, 40))) for _text in range(_TRIED_TEXTS)]
    cut = [_CUT.split(text) for text in texts]
    words = list(dict.fromkeys(chain.from_iterable(cut)))
    known = dict(zip(words, encode_batch(words), strict=True))
    joined = [list(chain.from_iterable(known[word] for word in pieces)) for pieces in cut]
    return joined == encode_batch(texts)
