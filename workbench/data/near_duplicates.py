"""Rows that say the same, or nearly: fingerprints of conversations, and MinHash signatures of texts.

A text becomes the set of its runs of three tokens (a token is a word, a digit run, a symbol, or one character of a
script without spaces; marks that only part sentences are none). Two texts are as similar as their sets: shared runs over all runs (the Jaccard index). A
signature keeps the smallest hashes of the set, which is the whole set for up to `SIGNATURE_LENGTH` runs and a fair
sample of it beyond (Broder 1997, bottom-k sketch).

Texts that could be similar are found by bands: the hashes are dealt into bins, the smallest of each bin is kept (one
permutation hashing, Li, Owen and Zhang 2012), and texts that agree on all bins of a band are compared.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Collection
from hashlib import blake2b
from zlib import crc32

from workbench.data.conversation import Conversation, Sample, TokenRow, Turn

SIGNATURE_LENGTH = 256
"""Hashes in a signature at most: enough for a standard error of 0.02 at a similarity of 0.9."""

_TOKEN_RUN = 3
_SPACELESS = "\u2e80-\u2fff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_SPACELESS}]|[^\W{_SPACELESS}]+|[^\w\s.,:;!?…，。：；！？、]")
_HASH_BITS = 0xFFFF_FFFF
_BANDS = 8
_MISSED_SHARE = 0.005
_LARGEST_BAND = 16
_COMPARED_PER_BAND = 16
_NONE = 0xFFFF_FFFF
_MOST_SPLIT = 2**20
_BLANKS = {code: " " for code in range(0x3001) if chr(code).isspace()}


def signature(text: str) -> tuple[int, ...]:
    """The smallest hashes of a text's token runs in rising order; empty for a text without tokens.

    Capitals and compatibility forms (full width, ligatures) make no difference. The same in every process of one
    Python version; 32 bits each.
    """
    tokens = [
        crc32(token.encode(errors="surrogatepass"))
        for token in _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())
    ]
    runs = zip(*(tokens[start:] for start in range(min(_TOKEN_RUN, len(tokens)))), strict=False)
    return tuple(sorted({hash(run) & _HASH_BITS for run in runs})[:SIGNATURE_LENGTH])


def similarity(one: Collection[int], other: Collection[int]) -> float:
    """The Jaccard index of two signatures' texts, 0 to 1: exact for short texts, else estimated."""
    shared = frozenset(one).intersection(other)
    if max(len(one), len(other)) < SIGNATURE_LENGTH:
        return len(shared) / max(len(one) + len(other) - len(shared), 1)
    sample = sorted({*one, *other})[:SIGNATURE_LENGTH]
    return sum(value in shared for value in sample) / len(sample)


class NearDuplicates:
    """Finds texts that are nearly the same as an earlier one.

    A pair at the threshold is found with a probability of at least 99.5 %, a more similar one nearly always. Of texts
    that agree on one band, only the latest 16 are compared, so that data of one pattern stays fast. Memory: about
    1 KB a text and 4 bytes a token, for the texts that resemble no earlier one; the others are not kept.

    Args:
        threshold: similarity from which texts count as nearly the same, above 0 and up to 1.
        most: how many texts are remembered; later ones are compared with those only.
    """

    def __init__(self, threshold: float = 0.9, most: int = 1_000_000) -> None:
        if not 0 < threshold <= 1:
            raise ValueError(f"threshold {threshold} is not above 0 and up to 1")
        self._threshold = threshold
        self._most = most
        self._bins_per_band = _bins_per_band(threshold)
        self._latest: dict[int, int] = {}
        self._before = array("I")  # for each text and band: the text before it with the same band
        self._signatures: list[array[int]] = []
        self._places: list[str] = []

    @property
    def is_full(self) -> bool:
        """Whether no more texts are remembered."""
        return len(self._signatures) >= self._most

    def seen(self, text: str, place: str = "") -> str | None:
        """The place of an earlier text that is nearly the same; None if there is none, and the text is remembered.

        Args:
            place: what to answer when a later text resembles this one; empty stands for its position among those
                remembered, counted from 1.
        """
        marks = signature(text)
        if not marks:
            return None
        bands = self._bands(marks)
        own = frozenset(marks)
        for earlier in self._candidates(bands):
            if similarity(own, self._signatures[earlier]) >= self._threshold:
                return self._places[earlier]
        if not self.is_full:
            self._remember(marks, bands, place)
        return None

    def _bands(self, marks: tuple[int, ...]) -> list[int]:
        """One number for each band; texts with the same number agree on all of its bins."""
        per_band = self._bins_per_band
        bins = _smallest_of_bins(marks, per_band * _BANDS)
        return [hash((band, *bins[band * per_band : (band + 1) * per_band])) for band in range(_BANDS)]

    def _candidates(self, bands: list[int]) -> dict[int, None]:
        """Earlier texts that share a band, each once."""
        found: dict[int, None] = {}
        for band, key in enumerate(bands):
            text = self._latest.get(key, _NONE)
            for _compared in range(_COMPARED_PER_BAND):
                if text == _NONE:
                    break
                found[text] = None
                text = self._before[text * _BANDS + band]
        return found

    def _remember(self, marks: tuple[int, ...], bands: list[int], place: str) -> None:
        number = len(self._signatures)
        self._signatures.append(array("I", marks))
        self._places.append(place or str(number + 1))
        for key in bands:
            self._before.append(self._latest.get(key, _NONE))
            self._latest[key] = number


def _bins_per_band(threshold: float) -> int:
    """The most bins that still let a pair at the threshold agree on one of the bands, but for a share missed."""
    fitting = (bins for bins in range(_LARGEST_BAND, 1, -1) if (1 - threshold**bins) ** _BANDS <= _MISSED_SHARE)
    return next(fitting, 1)


def _smallest_of_bins(marks: tuple[int, ...], count: int) -> list[int]:
    """The smallest hash of each bin; an empty bin takes that of the next one that is not."""
    smallest = {mark % count: mark for mark in reversed(marks)}
    filled: list[int] = [0] * count
    value = smallest[min(smallest)]
    for position in range(count - 1, -1, -1):
        value = smallest.get(position, value)
        filled[position] = value
    return filled


def fingerprint(sample: Sample) -> int:
    """64 bits that are the same for rows that train the same; blanks and line breaks between words do not count.

    Roles, texts, pictures, tool calls, loss flags and the rejected answer all count. Two different rows among ten
    million agree by chance with a probability of 3 in a million.
    """
    content = _token_row_text(sample) if isinstance(sample, TokenRow) else _conversation_text(sample)
    return int.from_bytes(blake2b(content.encode(errors="surrogatepass"), digest_size=8).digest(), "big")


def text_of(sample: Sample) -> str:
    """The words of a row on which near-duplicates are compared: all its texts in order."""
    if isinstance(sample, TokenRow):
        return " ".join(map(str, sample.input_ids))
    return "\n".join(part for turn in (*sample.turns, *sample.rejected) for part in _parts(turn) if part)


def _token_row_text(row: TokenRow) -> str:
    return repr((row.input_ids, row.labels, row.lengths, row.images))


def _conversation_text(conversation: Conversation) -> str:
    turns = [_turn_facts(turn) for turn in conversation.turns]
    rejected = [_turn_facts(turn) for turn in conversation.rejected]
    return repr((turns, conversation.plain, _even(conversation.tools), rejected))


def _turn_facts(turn: Turn) -> tuple[object, ...]:
    calls = [(call.name, _even(call.arguments)) for call in turn.tool_calls]
    trained = turn.is_trained if turn.role == "assistant" else None
    return turn.role, _even(turn.content), trained, turn.images, calls


def _even(text: str) -> str:
    """The text in composed form with single blanks; of a long one, the words side by side would take ten times its memory."""
    composed = unicodedata.normalize("NFC", text)
    if len(composed) <= _MOST_SPLIT:
        return " ".join(composed.split())
    blanks = composed.translate(_BLANKS)
    while "  " in blanks:
        blanks = blanks.replace("  ", " ")
    return blanks.strip(" ")


def _parts(turn: Turn) -> list[str]:
    return [turn.content, *(f"{call.name} {call.arguments}" for call in turn.tool_calls), *turn.images]
