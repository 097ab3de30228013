"""The special tokens of a tokenizer, as chat templates and answers need them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_NAMES = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")


@dataclass(frozen=True)
class SpecialTokens:
    """``named``: those that templates call by name, such as ``bos_token``; ``all``: every one."""

    named: dict[str, str]
    all: tuple[str, ...]

    @classmethod
    def of(cls, tokenizer: Any) -> SpecialTokens:
        """Those of a tokenizer of transformers, or of anything with the same attributes."""
        values = {name: getattr(tokenizer, name, None) for name in _NAMES}
        added = getattr(tokenizer, "added_tokens_decoder", None) or {}
        marked = [str(token) for token in added.values() if getattr(token, "special", False)]
        tokens = dict.fromkeys(map(str, (*tokenizer.all_special_tokens, *marked)))
        return cls({name: str(value) for name, value in values.items() if value}, tuple(filter(None, tokens)))

    def behind(self, text: str, position: int) -> str | None:
        """The token that stands at a place of a text, with at most white space before it.

        What begins a text ends no answer.
        """
        found = self._ending.match(text, position)
        return found[1] if found else None

    def end_of_answer(self, text: str, position: int) -> int:
        """Where an answer ends whose text ends at ``position``: behind the token that follows it, if one does."""
        found = self._ending.match(text, position)
        return found.end() if found else position

    def first_in(self, text: str, begin: int, end: int) -> re.Match[str] | None:
        """The first token within a part of a text."""
        return self._ending.search(text, begin, end)

    @cached_property
    def ending(self) -> tuple[str, ...]:
        """Those that can end an answer, the longest first, so that none hides another that it begins."""
        bos, eos = self.named.get("bos_token"), self.named.get("eos_token")
        every = dict.fromkeys((*self.all, eos))
        return tuple(sorted((token for token in every if token and (token != bos or token == eos)), key=len)[::-1])

    @cached_property
    def _ending(self) -> re.Pattern[str]:
        """Matches nothing if there are none."""
        tokens = "|".join(map(re.escape, self.ending))
        return re.compile(rf"\s*({tokens})" if tokens else "(?!)")
