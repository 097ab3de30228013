"""From training rows to a batch of tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import torch

from workbench.data.encode import NOT_TRAINED
from workbench.data.pack import Packed
from workbench.models.sample_attention import SAMPLE_LENGTHS, without_mask

TOKENS = "tokens"
"""Key of the number of tokens without padding; the trainer takes it out before the model sees the batch."""


@dataclass(frozen=True)
class Collator:
    """Pads rows on the right to the longest of the batch.

    There is no attention mask: a causal model's real tokens never see padding that comes after them, and without a
    mask the fused attention kernels take their fastest path.

    Args:
        pad_id: the token that fills up.
        separate_samples: samples of one pack do not see each other. Position ids then begin anew at each sample, from
            which transformers makes block-diagonal attention; the padding counts as one more sample.
        one_row: put the rows of a batch behind each other instead of padding them. FlashAttention sees where samples
            begin only in a batch of one row.
        gives_lengths: tell the model the lengths of what does not see each other, instead of letting it make a mask.
            Only with ``one_row``; see `workbench.models.sample_attention`.
    """

    pad_id: int
    separate_samples: bool = False
    one_row: bool = False
    gives_lengths: bool = False

    def __call__(self, rows: Sequence[Packed]) -> dict[str, Any]:
        """``input_ids``, ``labels`` and, where samples are apart, ``position_ids``: int64 ``[rows, longest]``; the tokens."""
        if self.one_row:
            rows = [_behind_each_other(rows if self.separate_samples else [_as_one_sample(row) for row in rows])]
        longest = max(len(row.input_ids) for row in rows)
        batch: dict[str, Any] = {
            "input_ids": torch.tensor([_filled(row.input_ids, self.pad_id, longest) for row in rows]),
            "labels": torch.tensor([_filled(self._labels(row), NOT_TRAINED, longest) for row in rows]),
            TOKENS: sum(len(row.input_ids) for row in rows),
        }
        if self.separate_samples or self.one_row:
            batch["position_ids"] = torch.tensor([_positions(row.lengths, longest) for row in rows])
        if self.gives_lengths:
            batch |= {SAMPLE_LENGTHS: list(rows[0].lengths), "attention_mask": without_mask()}
        return batch

    def _labels(self, row: Packed) -> list[int]:
        """Without those at the beginning of a sample: it would be asked for after the end of another one."""
        if not (self.separate_samples or self.one_row):
            return row.labels
        labels = list(row.labels)
        for first in accumulate(row.lengths[:-1]):
            labels[first] = NOT_TRAINED
        return labels


def _as_one_sample(row: Packed) -> Packed:
    return Packed(row.input_ids, row.labels, [len(row.input_ids)])


def _behind_each_other(rows: Sequence[Packed]) -> Packed:
    joined = Packed()
    for row in rows:
        joined.input_ids += row.input_ids
        joined.labels += row.labels
        joined.lengths += row.lengths
    return joined


def _filled(values: list[int], filler: int, length: int) -> list[int]:
    return values + [filler] * (length - len(values))


def _positions(lengths: Sequence[int], total: int) -> list[int]:
    rest = total - sum(lengths)
    return [position for length in (*lengths, rest) for position in range(length)]
