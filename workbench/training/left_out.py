"""Training rows of which some are left out: others stand in their places, so that the order of all others stays."""

from __future__ import annotations

from collections.abc import Collection

from workbench.data.pack import Packed
from workbench.data.prepare.pictures import RowFacts
from workbench.data.training_set import TrainingRows


class RowsLeftOut(TrainingRows):
    """The rows, with the next one that stays in the place of each that is left out.

    Args:
        left_out: numbers of rows; at least one row must stay.
    """

    def __init__(self, rows: TrainingRows, left_out: Collection[int]) -> None:
        super().__init__(rows.store, rows._plan)
        count = len(rows)
        gone = {number for number in left_out if number < count}
        stays = [number for number in range(count) if number not in gone]
        self._instead = {number: next((row for row in stays if row > number), stays[0]) for number in sorted(gone)}

    def standing_at(self, number: int) -> int:
        """The number of the row that stands in a place."""
        return self._instead.get(number, number)

    def __getitem__(self, number: int) -> Packed:
        return super().__getitem__(self.standing_at(number))

    def facts(self, number: int) -> RowFacts:
        """Those of the row that stands in this place."""
        return super().facts(self.standing_at(number))
