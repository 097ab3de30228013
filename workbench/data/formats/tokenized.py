"""Rows that were tokenised elsewhere."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Any

from workbench.data.conversation import TokenRow
from workbench.data.formats.images import IMAGE_COLUMNS, row_images
from workbench.data.formats.row import DatasetFormat, Row, RowError, absent, as_list, columns
from workbench.i18n import N_, _

_NO_LOSS = -100
_IMAGE = -200  # `encode.IMAGE_TOKEN`; formats know nothing of encoding
_OF_PREPARED_DATA = columns("place cut_tokens pairs shortened")
"""What workbench writes beside the tokens of rows with pictures."""


def tokenized(row: Row) -> TokenRow:
    """``input_ids`` with optional ``labels`` (-100: no loss), ``attention_mask``, and the samples in it by
    ``cumulative_len``, ``lengths`` or ``position_ids``.

    ``images``: a picture for each -200 among the tokens. Or ``tokens``, of which the negative ones carry no loss. Without labels every token is trained. Tokens that the
    mask leaves out are padding and are not kept.
    """
    if row.get("input_ids") is None and row.get("tokens") is not None:
        tokens = _integers(row["tokens"], "tokens")
        return TokenRow(tuple(map(abs, tokens)), tuple(token if token >= 0 else _NO_LOSS for token in tokens))
    images = row_images(row)
    ids = _ids(row, has_pictures=bool(images))
    labels = _labels(row, ids)
    lengths = _lengths(row, len(ids))
    mask = _flat(row, "attention_mask", len(ids))
    if mask is None or all(mask):
        return TokenRow(tuple(ids), tuple(labels), lengths, images)
    return _without_padding(TokenRow(tuple(ids), tuple(labels), lengths, images), mask)


def _ids(row: Row, *, has_pictures: bool) -> list[int]:
    if row.get("input_ids") is None:
        raise absent(row, "input_ids", "input_ids")
    ids = _integers(row["input_ids"], "input_ids")
    if ids and min(ids) < 0 and not (has_pictures and {token for token in ids if token < 0} == {_IMAGE}):
        raise RowError("input_ids", _("a token is not negative"))
    return ids


def _labels(row: Row, ids: list[int]) -> list[int]:
    labels = _flat(row, "labels", len(ids))
    if labels is None:
        return ids
    if any(label < 0 and label != _NO_LOSS for label in labels):
        raise RowError("labels", _("a label is a token, or -100"))
    return labels


def _flat(row: Row, field: str, length: int) -> list[int] | None:
    """A column of as many whole numbers as there are tokens; None if there is no such column."""
    if row.get(field) is None:
        return None
    values = _integers(row[field], field)
    if len(values) != length:
        raise RowError(
            field,
            _("the number of values is {count}, that of tokens {tokens}").format(count=len(values), tokens=length),
        )
    return values


def _lengths(row: Row, count: int) -> tuple[int, ...]:
    """Tokens of each sample, by the bounds of the samples or by where positions begin anew; () for a single one."""
    bounds = _bounds(row, count)
    lengths = tuple(end - start for start, end in pairwise(bounds))
    return lengths if len(lengths) > 1 else ()


def _bounds(row: Row, count: int) -> list[int]:
    if row.get("cumulative_len") is not None:
        value = as_list(row["cumulative_len"], "cumulative_len")
        bounds = _integers(value[0] if len(value) == 1 and isinstance(value[0], list) else value, "cumulative_len")
        if not bounds or bounds[0] != 0 or bounds[-1] != count or any(end < start for start, end in pairwise(bounds)):
            raise RowError("cumulative_len", _("the bounds of the samples go from 0 to the number of tokens"))
        return bounds
    if row.get("lengths") is not None:
        bounds = [0, *accumulate(_integers(as_list(row["lengths"], "lengths"), "lengths"))]
        if bounds[-1] != count or any(end < start for start, end in pairwise(bounds)):
            raise RowError("lengths", _("the lengths of the samples add up to the number of tokens"))
        return bounds
    positions = _flat(row, "position_ids", count) or []
    return [0, *(place for place, position in enumerate(positions) if place and position == 0), count]


def _without_padding(row: TokenRow, mask: list[int]) -> TokenRow:
    kept = [place for place, shown in enumerate(mask) if shown]
    lengths, start = [], 0
    for length in row.lengths:
        lengths.append(sum(map(bool, mask[start : start + length])))
        start += length
    ids, labels = (tuple(values[place] for place in kept) for values in (row.input_ids, row.labels))
    return TokenRow(ids, labels, tuple(length for length in lengths if length), row.images)


def _integers(value: Any, field: str) -> list[int]:
    values = as_list(value, field)
    if not set(map(type, values)) <= {int}:
        number = next(number for number, one in enumerate(values) if type(one) is not int)
        raise RowError(f"{field}[{number}]", _("a token must be a whole number"))
    return values


def _has_numbers(row: Row) -> bool:
    values = row.get("input_ids", row.get("tokens"))
    return isinstance(values, list) and all(isinstance(value, int) for value in values)


FORMATS = (
    DatasetFormat(
        "tokenized",
        columns("input_ids"),
        tokenized,
        N_("tokens with their labels"),
        {"input_ids": [1, 333, 352, 2], "labels": [-100, -100, 352, 2], "cumulative_len": [[0, 4]]},
        optional=IMAGE_COLUMNS
        | _OF_PREPARED_DATA
        | columns("labels attention_mask cumulative_len lengths position_ids"),
        spellings=(columns("tokens"),),
        mark=_has_numbers,
        because=N_("its tokens are numbers"),
    ),
)
