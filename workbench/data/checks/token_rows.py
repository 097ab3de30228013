"""Rows that were tokenised elsewhere: whether their numbers agree with each other and with the tokenizer."""

from __future__ import annotations

from workbench.data.checks.finding import Finding
from workbench.data.checks.place import Place
from workbench.data.conversation import Sample, TokenRow
from workbench.i18n import _

_NOT_TEXT = -200  # where the features of a picture go
_NO_LOSS = -100


class TokenRows:
    """``vocabulary_size``: how many ids the tokenizer has; None if it is not known."""

    def __init__(self, vocabulary_size: int | None) -> None:
        self._size = vocabulary_size
        self._lengths = Finding(
            "error",
            _("rows of tokens whose labels are more or fewer than their tokens"),
            _("Every token needs one label; -100 stands for no loss."),
        )
        self._parts = Finding(
            "error",
            _("rows of tokens whose parts are longer or shorter than the row"),
            _("cumulative_len must begin with 0 and end with the number of tokens."),
        )
        self._range = Finding(
            "error",
            _("rows of tokens with ids that the tokenizer does not have"),
            _("Tokenise the data with this model's tokenizer."),
        )
        self._shifted = Finding(
            "warning",
            _("rows of tokens whose labels are other tokens than those in their place"),
            _("Do not shift labels: the training does that itself."),
        )

    def look(self, place: Place, sample: Sample) -> None:
        if not isinstance(sample, TokenRow):
            return
        ids, labels = sample.input_ids, sample.labels
        if len(ids) != len(labels):
            self._lengths.add(place.at("labels"), f"{len(labels)} ≠ {len(ids)}")
            return
        if sample.lengths and sum(sample.lengths) != len(ids):
            self._parts.add(place, f"{sum(sample.lengths)} ≠ {len(ids)}")
        strange = self._strange(ids)
        if strange is not None:
            self._range.add(place.at("input_ids"), str(strange))
        if any(label not in (token, _NO_LOSS) for token, label in zip(ids, labels, strict=True)):
            self._shifted.add(place.at("labels"))

    def _strange(self, ids: tuple[int, ...]) -> int | None:
        """An id that no token has."""
        if not ids:
            return None
        if self._size is not None and max(ids) >= self._size:
            return max(ids)
        return next((token for token in ids if token < 0 and token != _NOT_TEXT), None)

    def findings(self) -> list[Finding]:
        return [self._lengths, self._parts, self._range, self._shifted]
