"""How a mixture of identity and ordinary dialogue looks in tokens, which is what training weighs, not rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from workbench.data.identity.generate import IdentityDataset
from workbench.i18n import _

_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]")
_TOKENS_A_WIDE_CHARACTER = 0.65
_TOKENS_A_CHARACTER = 0.25


class SupportsEncodeBatch(Protocol):
    """A tokenizer that takes many texts at once, such as `workbench.data.light_tokenizer.LightTokenizer`."""

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]: ...


@dataclass(frozen=True)
class MixtureTokens:
    """Tokens of the texts, without those that a prompt template adds.

    ``identity_trained`` and ``ordinary_trained``: of them, those of answers with loss. ``is_estimate``: reckoned from
    the characters, because no tokenizer was given.
    """

    identity: int
    ordinary: int
    identity_trained: int
    ordinary_trained: int
    is_estimate: bool

    @property
    def identity_share(self) -> float:
        """Of all trained tokens, the share (0–1) that teaches who the assistant is."""
        return self.identity_trained / max(self.identity_trained + self.ordinary_trained, 1)

    def sentence(self) -> str:
        """The figures for a person."""
        form = (
            _("About {identity} tokens of identity and {ordinary} of ordinary dialogue; of the trained ones, {share} teach who it is.")
            if self.is_estimate
            else _("{identity} tokens of identity and {ordinary} of ordinary dialogue; of the trained ones, {share} teach who it is.")
        )  # fmt: skip
        return form.format(
            identity=f"{self.identity:,}", ordinary=f"{self.ordinary:,}", share=f"{self.identity_share:.0%}"
        )


def mixture_tokens(dataset: IdentityDataset, tokenizer: SupportsEncodeBatch | None = None) -> MixtureTokens:
    """Count the tokens of both parts; every text is tokenised once, however often it stands in the rows."""
    found = Counter(
        (message["content"], is_identity, _is_trained(message))
        for row, is_identity in zip(dataset.rows, dataset.is_identity, strict=True)
        for message in row["messages"]
    )
    texts = list({text for text, _is_identity, _trained in found})
    lengths = dict(zip(texts, _lengths(texts, tokenizer), strict=True))
    sums: Counter[tuple[bool, bool]] = Counter()
    for (text, is_identity, trained), count in found.items():
        sums[is_identity, trained] += lengths[text] * count
    return MixtureTokens(
        identity=sums[True, True] + sums[True, False],
        ordinary=sums[False, True] + sums[False, False],
        identity_trained=sums[True, True],
        ordinary_trained=sums[False, True],
        is_estimate=tokenizer is None,
    )


def _is_trained(message: dict[str, object]) -> bool:
    return message["role"] == "assistant" and message.get("loss") is not False


def _lengths(texts: list[str], tokenizer: SupportsEncodeBatch | None) -> list[int]:
    if tokenizer is not None:
        return [len(ids) for ids in tokenizer.encode_batch(texts)]
    return [_estimated(text) for text in texts]


def _estimated(text: str) -> int:
    """Vocabularies of today have about 1.5 Chinese characters or 4 Latin letters a token."""
    wide = len(_WIDE.findall(text))
    return round(wide * _TOKENS_A_WIDE_CHARACTER + (len(text) - wide) * _TOKENS_A_CHARACTER)
