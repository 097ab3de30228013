"""From generated token ids to text that may be shown: whole characters only, and never a stop word."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

_UNFINISHED = "\N{REPLACEMENT CHARACTER}"


class Decoder(Protocol):
    """The part of a tokenizer that turns ids into text."""

    def decode(self, token_ids: list[int], *, skip_special_tokens: bool = ...) -> str: ...


def hidden_ids(tokenizer: Any, kept_tokens: Sequence[str] = ()) -> set[int]:
    """The ids of a tokenizer's special tokens, which belong to no text, but for those that are to be kept."""
    added = tokenizer.added_tokens_decoder
    special = {*tokenizer.all_special_ids, *(token_id for token_id, token in added.items() if token.special)}
    return special - {token_id for token_id, token in added.items() if token.content in kept_tokens}


class IncrementalDecoder:
    """Decode a growing list of ids piece by piece.

    A character may span several tokens, and a token's text may depend on the one before it; so each step decodes a
    short window of ids and gives out only what is new and complete.

    Args:
        hidden: ids that have no text.
    """

    def __init__(self, tokenizer: Decoder, hidden: Collection[int] = ()) -> None:
        self._tokenizer = tokenizer
        self._hidden = hidden
        self._before: list[int] = []
        self._given = ""
        self._new: list[int] = []

    def step(self, token_id: int) -> str:
        """The text that became complete with this token, possibly empty."""
        if token_id in self._hidden:
            return ""
        self._new.append(token_id)
        whole = self._text([*self._before, *self._new])
        if whole.endswith(_UNFINISHED) or len(whole) <= len(self._given):
            return ""
        return self._give_out(whole)

    def finish(self) -> str:
        """What is left, an unfinished character included."""
        return self._give_out(self._text([*self._before, *self._new])) if self._new else ""

    def _give_out(self, whole: str) -> str:
        fresh = whole[len(self._given) :]
        self._before, self._new = self._new, []
        self._given = self._text(self._before)
        return fresh

    def _text(self, ids: list[int]) -> str:
        return self._tokenizer.decode(ids, skip_special_tokens=False)


class StopWordFilter:
    """Let text through up to the first stop word, holding back what may be the beginning of one."""

    def __init__(self, stop_words: Sequence[str]) -> None:
        self._stop_words = [word for word in stop_words if word]
        self._held = ""
        self.stopped = False

    def feed(self, text: str) -> str:
        """The part of the text so far that is safe to show; sets `stopped` once a stop word is complete."""
        if self.stopped:
            return ""
        self._held += text
        ends = [index for word in self._stop_words if (index := self._held.find(word)) >= 0]
        if ends:
            self.stopped = True
            shown, self._held = self._held[: min(ends)], ""
            return shown
        keep = max((self._overlap(word) for word in self._stop_words), default=0)
        cut = len(self._held) - keep
        shown, self._held = self._held[:cut], self._held[cut:]
        return shown

    def finish(self) -> str:
        """What was held back and turned out to be no stop word."""
        shown, self._held = self._held, ""
        return shown

    def _overlap(self, word: str) -> int:
        """How many characters at the end of the held text begin this stop word."""
        longest = min(len(word) - 1, len(self._held))
        return next((n for n in range(longest, 0, -1) if self._held.endswith(word[:n])), 0)
