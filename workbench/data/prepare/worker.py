"""The work on some rows, in a process of its own or in the one that asks: raw rows in, tokens out."""

from __future__ import annotations

import os
from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.data.conversation import Conversation, Sample, TokenRow
from workbench.data.encode import IMAGE_TOKEN, Encoded, Tokenizer, encode_all
from workbench.data.formats import DatasetFormat
from workbench.data.light_tokenizer import LightTokenizer, TokenizerFacts
from workbench.data.picture_marks import count_marks
from workbench.data.prepare.pairs import encode_both, has_preference, joined, why_nothing_is_preferred
from workbench.data.prepare.pictures import RowFacts, picture_paths, require_marks, require_written
from workbench.data.prepare.request import PrepareRequest
from workbench.data.read import convert
from workbench.data.stage_fit import misfit
from workbench.data.templates import Template, get_template
from workbench.errors import WorkbenchError
from workbench.i18n import _, set_language

NumberedRows = list[tuple[int, dict[str, Any]]]


@dataclass(frozen=True)
class RawRows:
    """Rows of one file with their numbers, and their format. ``picture_folder``: what the names of pictures count from."""

    path: Path
    format: DatasetFormat
    rows: NumberedRows
    picture_folder: Path


@dataclass
class EncodedRows:
    """The tokens of some rows, one sample behind the other (int32), with counts of what became of the rows.

    ``chosen``: of each sample, if it is a pair, how many of its tokens are those of the chosen answer and its question.
    ``bad``: what, where and fix of the rows that are not of their format. ``shortened``: where those rows stand of which
    the template leaves words out. ``images`` and ``facts``: of each sample, if the model sees.
    """

    input_ids: array[int] = field(default_factory=lambda: array("i"))
    labels: array[int] = field(default_factory=lambda: array("i"))
    lengths: array[int] = field(default_factory=lambda: array("i"))
    chosen: array[int] = field(default_factory=lambda: array("i"))
    counts: Counter[str] = field(default_factory=Counter)
    bad: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    shortened: list[str] = field(default_factory=list)
    images: list[list[str]] = field(default_factory=list)
    facts: list[RowFacts] = field(default_factory=list)

    def add(self, encoded: Encoded, max_length: int) -> None:
        """Take a row's tokens in, in samples of at most ``max_length``."""
        before = len(self.lengths)
        for piece in encoded.pieces(max_length):
            self.input_ids.extend(piece.input_ids)
            self.labels.extend(piece.labels)
            self.lengths.append(len(piece.input_ids))
        self.counts["kept"] += 1
        self.counts["divided"] += not encoded.lengths and len(self.lengths) > before + 1
        self.counts["cut"] += encoded.cut_tokens > 0
        self.counts["cut_tokens"] += encoded.cut_tokens
        self.counts["trained_tokens"] += encoded.trained_tokens

    def add_pair(self, encoded: Encoded) -> None:
        """Take in a pair as one sample."""
        self.input_ids.extend(encoded.input_ids)
        self.labels.extend(encoded.labels)
        self.lengths.append(len(encoded.input_ids))
        self.chosen.append(encoded.lengths[0])
        self.counts["kept"] += 1
        self.counts["compared"] += 1
        self.counts["cut"] += encoded.cut_tokens > 0
        self.counts["cut_tokens"] += encoded.cut_tokens
        self.counts["trained_tokens"] += encoded.trained_tokens

    def count_shortened(self, answers: int, where: str) -> None:
        """Take in how many answers of a row the template leaves words out of."""
        if answers:
            self.counts["shortened"] += 1
            self.counts["shortened_answers"] += answers
            self.shortened.append(where)

    def add_pictures(self, encoded: Encoded, max_length: int, images: list[str], facts: RowFacts) -> None:
        """Take in the pictures of a row, those whose places were cut off left out, and what else is kept of it."""
        for piece in encoded.pieces(max_length):
            count = piece.input_ids.count(IMAGE_TOKEN)
            self.images.append(images[:count])
            self.facts.append(facts)
            images = images[count:]


class RowEncoder:
    """Converts, renders and tokenises by one request."""

    def __init__(self, request: PrepareRequest, tokenizer: Tokenizer) -> None:
        self._request = request
        self._tokenizer = tokenizer
        self._template: Template = get_template(request.template, tokenizer)

    def encode(self, raw: RawRows) -> EncodedRows:
        """The rows' tokens. Rows that are not of their format stand in the result's ``bad``."""
        result = EncodedRows()
        samples: list[tuple[int, Sample]] = []
        for number, row in raw.rows:
            try:
                sample = sample_of(raw, number, row, self._request)
                if isinstance(sample, TokenRow):
                    _refuse_unknown_tokens(sample, self._tokenizer, f"{raw.path}:{number}")
            except WorkbenchError as error:
                result.bad.append((error.what, error.where, error.fix))
                continue
            if sample.is_empty:
                result.counts["no_answer"] += 1
            else:
                samples.append((number, sample))
        self._encode(raw, samples, result)
        return result

    def _encode(self, raw: RawRows, samples: list[tuple[int, Sample]], result: EncodedRows) -> None:
        limit = self._request.max_length
        for (number, sample), encoded in self._tokens(raw.path, samples, result):
            if not encoded.trained_tokens:
                result.counts["nothing_left"] += 1
                continue
            where = f"{raw.path}:{number}"
            if self._request.compares:
                if has_preference(encoded) and _is_preference(sample):
                    result.add_pair(encoded)
                else:
                    result.counts["no_preference"] += 1
                continue
            result.add(encoded, limit)
            pairs, shortened = 0, 0
            if isinstance(sample, Conversation):
                pairs, shortened = int(bool(sample.rejected)), len(self._template.shortened(sample))
                result.counts["pairs"] += pairs
                result.count_shortened(shortened, where)
            if self._request.sees:
                images = picture_paths(sample, raw.picture_folder)
                result.counts["unmeant"] += not images and count_marks(sample) > 0
                result.add_pictures(encoded, limit, images, RowFacts(where, encoded.cut_tokens, pairs, shortened))

    def _tokens(
        self, path: Path, samples: list[tuple[int, Sample]], result: EncodedRows
    ) -> list[tuple[tuple[int, Sample], Encoded]]:
        """All at once, or one by one to find the rows that the template refuses."""
        try:
            return list(zip(samples, self._encoded(path, samples), strict=True))
        except WorkbenchError:
            found = []
        for number, sample in samples:
            try:
                found.append(((number, sample), self._encoded(path, [(number, sample)])[0]))
            except WorkbenchError as error:
                result.bad.append((error.what, f"{path}:{number}", error.fix))
        return found

    def _encoded(self, path: Path, samples: list[tuple[int, Sample]]) -> list[Encoded]:
        limit = self._request.max_length
        if self._request.compares:
            both = encode_both([sample for _number, sample in samples], self._template, self._tokenizer, limit)
            return [joined(*answers) for answers in both]
        found = encode_all([sample for _number, sample in samples], self._template, self._tokenizer, limit)
        if self._request.sees:
            for (number, sample), encoded in zip(samples, found, strict=True):
                require_written(sample, encoded, f"{path}:{number}")
        return found


def sample_of(raw: RawRows, number: int, row: dict[str, Any], request: PrepareRequest) -> Sample:
    """A row as a sample that this model and this stage can be given.

    Raises:
        WorkbenchError: it is not of its format, or they cannot.
    """
    sample, where = convert(raw.path, number, row, raw.format), f"{raw.path}:{number}"
    if unfit := misfit(sample, request.stage):
        raise WorkbenchError(unfit.what, where=where, fix=unfit.fix)
    if request.sees:
        require_marks(sample, where)
    elif sample.images:
        raise _no_pictures(where)
    return sample


def _is_preference(sample: Sample) -> bool:
    return isinstance(sample, Conversation) and why_nothing_is_preferred(sample) is None


def _refuse_unknown_tokens(row: TokenRow, tokenizer: Tokenizer, where: str) -> None:
    size = tokenizer.vocabulary_size if isinstance(tokenizer, LightTokenizer) else None
    unknown = next(
        (
            token
            for token in row.input_ids
            if (token < 0 and token != IMAGE_TOKEN) or (size is not None and token >= size)
        ),
        None,
    )
    if unknown is not None:
        raise WorkbenchError(
            _("The model has no token {token}; the highest is {highest}.").format(
                token=unknown, highest="?" if size is None else size - 1
            ),
            where=f"{where}:input_ids",
            fix=_("Make the rows with the tokenizer of the model that is trained."),
        )


def _no_pictures(where: str) -> WorkbenchError:
    return WorkbenchError(
        _("The row holds a picture, and this training reads text only."),
        where=where,
        fix=_("Leave such rows out with bad_rows: leave_out, or train a model that sees."),
    )


_encoder: list[RowEncoder] = []
"""The encoder of this process, once `begin` was called in it."""


def begin(request: PrepareRequest, facts: TokenizerFacts, language: str, remember_words: bool) -> None:
    """Make a process ready to encode: on one core, as there is a process for each."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    set_language(language)
    tokenizer = LightTokenizer(facts)
    if remember_words:
        tokenizer.remember_words()
    _encoder[:] = [RowEncoder(request, tokenizer)]


def encode_here(raw: RawRows) -> EncodedRows:
    """Encode in a process that has begun."""
    return _encoder[0].encode(raw)
