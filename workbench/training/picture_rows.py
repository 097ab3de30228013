"""Training rows with their pictures: read and made to pixels where the row is asked for, in a loading process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from workbench.data.encode import NOT_TRAINED
from workbench.data.pack import Packed
from workbench.data.training_set import TrainingRows
from workbench.models.vision.sight import Look, Sight, joined_inputs, labels_with_looks, with_looks
from workbench.training.collate import TOKENS, Collator


@dataclass(frozen=True)
class SeenRow:
    """A row and what its pictures become, in their order."""

    row: Packed
    looks: list[Look]


@dataclass(frozen=True)
class PictureRows:
    """Rows by their number."""

    rows: TrainingRows
    sight: Sight

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, number: int) -> SeenRow:
        row = self.rows[number]
        return SeenRow(row, [self.sight.look(Path(image)) for image in row.images])


@dataclass(frozen=True)
class PictureCollator:
    """From rows with pictures to a batch of tensors.

    Args:
        blank: what stands for a picture in a batch that has none. Trainings of several processes need the same parts
            of the model to work in each of them; its tokens come after a row's own, where nothing sees them.
            None leaves such a batch without.
    """

    plain: Collator
    blank: Look | None = None

    def __call__(self, rows: Sequence[SeenRow]) -> dict[str, Any]:
        """As `Collator`'s, with the further arguments of the pictures, such as ``pixel_values``."""
        looks = [look for seen in rows for look in seen.looks]
        placed = [_placed(seen) for seen in rows]
        tokens = sum(len(row.input_ids) for row in placed)
        if not looks and self.blank is not None:
            looks = [self.blank]
            shortest = min(placed, key=lambda row: len(row.input_ids))
            shortest.input_ids += self.blank.ids
            shortest.labels += [NOT_TRAINED] * len(self.blank.ids)
        batch = self.plain(placed)
        inputs: dict[str, torch.Tensor] = joined_inputs(looks, batch["input_ids"])
        return {**batch, **inputs, TOKENS: tokens}


def _placed(seen: SeenRow) -> Packed:
    row = seen.row
    ids = with_looks(row.input_ids, seen.looks)
    return Packed(ids, labels_with_looks(row.input_ids, row.labels, seen.looks), [len(ids)])
