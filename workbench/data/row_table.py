"""A table of row fingerprints that stays small for millions of rows."""

from __future__ import annotations

from array import array

_FIRST_SLOTS = 1024


class RowTable:
    """Where each fingerprint was seen first, and how often. Takes 20 bytes a slot, 30 to 60 bytes a row.

    A hash table with linear probing; the fingerprints are spread evenly already.
    """

    def __init__(self) -> None:
        self._make(_FIRST_SLOTS)

    def _make(self, slots: int) -> None:
        self._keys = array("Q", bytes(8 * slots))
        self._places = array("Q", bytes(8 * slots))
        self._counts = array("I", bytes(4 * slots))
        self._used = 0

    def __len__(self) -> int:
        """How many different fingerprints there are."""
        return self._used

    def add(self, fingerprint: int, place: int) -> tuple[int, int]:
        """Count a fingerprint (64 bits) seen at a place (below 2**64).

        Returns:
            the place where it was seen first, and how often it was seen, this time included.
        """
        if 3 * self._used >= 2 * len(self._keys):
            self._grow()
        slot = self._slot(fingerprint)
        if not self._counts[slot]:
            self._keys[slot], self._places[slot] = fingerprint, place
            self._used += 1
        self._counts[slot] += 1
        return self._places[slot], self._counts[slot]

    def _slot(self, fingerprint: int) -> int:
        keys, counts = self._keys, self._counts
        mask = len(keys) - 1
        slot = fingerprint & mask
        while counts[slot] and keys[slot] != fingerprint:
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        keys, places, counts = self._keys, self._places, self._counts
        self._make(2 * len(keys))
        for key, place, count in zip(keys, places, counts, strict=True):
            if count:
                slot = self._slot(key)
                self._keys[slot], self._places[slot], self._counts[slot] = key, place, count
                self._used += 1
