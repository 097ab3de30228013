"""How a mixture of identity and ordinary dialogue looks in tokens, which is what training weighs, not rows."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.data.checks.measure import Measure
from workbench.data.encode import encode_all
from workbench.data.formats.row import Row
from workbench.data.formats.table import get_format
from workbench.data.identity.generate import IdentityDataset
from workbench.i18n import _

_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]")
_TOKENS_A_WIDE_CHARACTER = 0.65
_TOKENS_A_CHARACTER = 0.25


@dataclass(frozen=True)
class MixtureTokens:
    """Tokens of the rows as they are trained: with those of the prompt template, as a check of the data counts them.

    ``identity_trained`` and ``ordinary_trained``: of them, those with loss. ``is_estimate``: reckoned from the
    characters of the texts alone, because no tokenizer was given.
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


def mixture_tokens(dataset: IdentityDataset, measure: Measure | None = None) -> MixtureTokens:
    """Count the tokens of both parts; every row is tokenised once, however often it stands in the dataset."""
    found = Counter(
        (json.dumps(row, ensure_ascii=False), is_identity)
        for row, is_identity in zip(dataset.rows, dataset.is_identity, strict=True)
    )
    rows = [json.loads(text) for text, _is_identity in found]
    sizes = _estimated_sizes(rows) if measure is None else _sizes(rows, measure)
    sums: Counter[tuple[bool, bool]] = Counter()
    for ((_text, is_identity), count), (tokens, trained) in zip(found.items(), sizes, strict=True):
        sums[is_identity, False] += tokens * count
        sums[is_identity, True] += trained * count
    return MixtureTokens(
        identity=sums[True, False],
        ordinary=sums[False, False],
        identity_trained=sums[True, True],
        ordinary_trained=sums[False, True],
        is_estimate=measure is None,
    )


def _sizes(rows: Sequence[Row], measure: Measure) -> list[tuple[int, int]]:
    """Tokens of each row, and how many of them are trained; none of a row of which nothing is."""
    read = get_format("openai").convert
    encoded = encode_all([read(row) for row in rows], measure.template, measure.tokenizer, measure.max_length)
    return [(len(one.input_ids), one.trained_tokens) if one.trained_tokens else (0, 0) for one in encoded]


def _estimated_sizes(rows: Sequence[Row]) -> list[tuple[int, int]]:
    sizes = []
    for row in rows:
        lengths = [(_estimated(message["content"]), _is_trained(message)) for message in row["messages"]]
        sizes.append((sum(size for size, _trained in lengths), sum(size for size, trained in lengths if trained)))
    return sizes


def _is_trained(message: dict[str, object]) -> bool:
    return message["role"] == "assistant" and message.get("loss") is not False


def _estimated(text: str) -> int:
    """Vocabularies of today have about 1.5 Chinese characters or 4 Latin letters a token."""
    wide = len(_WIDE.findall(text))
    return round(wide * _TOKENS_A_WIDE_CHARACTER + (len(text) - wide) * _TOKENS_A_CHARACTER)
