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
Tokens = tuple[int, ...]
_CUT = re.compile(r"(?<=\S)(?= \S)")
_UNUSUAL_BLANK = re.compile(r"(?:^|\s) | (?:\s|$)")
"""A blank at which no text may be cut."""
_MOST_WORDS = 200_000
_LONGEST_WORD = 48
_WORDS_A_LINE = 64
_TRIED_TEXTS = 2_000
_BLANK = "Ġ"
"""How byte-level vocabularies write a blank."""
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
    """The tokens of texts, put together from those of their words.

    Args:
        encode_batch: the tokens of each text, as the tokenizer has them.
        begins_word: the ids of tokens that begin with a blank.
    """

    def __init__(self, encode_batch: EncodeBatch, begins_word: frozenset[int]) -> None:
        self._encode_batch = encode_batch
        self._begins_word = begins_word
        self._firsts: dict[str, Tokens] = {}
        """Words that texts begin with."""
        self._others: dict[str, Tokens] = {}
        """Words behind a blank, which is among their tokens but not in their names."""

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text.

        Raises:
            WordsDifferError: the first text's tokens are not those of its words.
        """
        cut = [_words_of(text) for text in texts]
        new_firsts = self._learn(self._firsts, {words[0] for words in cut}, self._encode_each)
        later = set(chain.from_iterable(words[1:] for words in cut))
        new_others = self._learn(self._others, later, self._encode_behind_blank)
        first, other = self._firsts.__getitem__, self._others.__getitem__
        found = [list(chain(first(words[0]), *map(other, words[1:]))) for words in cut]
        self._forget(self._firsts, new_firsts)
        self._forget(self._others, new_others)
        if texts and found[0] != self._encode_batch(texts[:1])[0]:
            raise WordsDifferError
        return found

    @staticmethod
    def _learn(memory: dict[str, Tokens], words: set[str], encode: Callable[[list[str]], list[Tokens]]) -> list[str]:
        """Take in the words that are not known; returns them."""
        missing = list(words.difference(memory))
        memory.update(zip(missing, encode(missing), strict=True))
        return missing

    @staticmethod
    def _forget(memory: dict[str, Tokens], new: list[str]) -> None:
        """What is too long to come again, and whatever is new once the memory is full: frequent words came early."""
        is_full = len(memory) > _MOST_WORDS
        for word in new:
            if is_full or len(word) > _LONGEST_WORD:
                del memory[word]

    def _encode_each(self, words: list[str]) -> list[Tokens]:
        return [tuple(ids) for ids in self._encode_batch(words)]

    def _encode_behind_blank(self, words: list[str]) -> list[Tokens]:
        """Many words in one text, which is faster."""
        found: dict[str, Tokens] = {}
        joined = [word for word in words if not word[-1].isspace()]
        lines = [joined[first : first + _WORDS_A_LINE] for first in range(0, len(joined), _WORDS_A_LINE)]
        texts = ["".join(f" {word}" for word in line) for line in lines]
        for line, ids in zip(lines, self._encode_batch(texts), strict=True):
            starts = [place for place, token in enumerate(ids) if token in self._begins_word]
            if len(starts) == len(line):  # every word begins with a blank; more of them stand inside a word
                ends = [*starts[1:], len(ids)]
                found |= {word: tuple(ids[a:b]) for word, a, b in zip(line, starts, ends, strict=True)}
        left = [word for word in words if word not in found]
        found |= dict(zip(left, self._encode_each([f" {word}" for word in left]), strict=True))
        return [found[word] for word in words]


def begins_word(vocabulary: dict[str, int]) -> frozenset[int]:
    """The ids of tokens that begin with a blank, in a byte-level vocabulary."""
    return frozenset(number for token, number in vocabulary.items() if token.startswith(_BLANK))


def _words_of(text: str) -> list[str]:
    """The words between the blanks at which a text may be cut."""
    if not _UNUSUAL_BLANK.search(text):
        return text.split(" ")
    first, *rest = _CUT.split(text)
    return [first, *(piece[1:] for piece in rest)]


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
