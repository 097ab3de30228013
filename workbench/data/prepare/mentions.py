"""Which rows of a store name which pictures. Nothing is read of the pictures themselves."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from typing import Any

from workbench.data.kept_pictures import kept_pictures
from workbench.data.prepare.store import TokenStore


class Mentions:
    """The different pictures of a store, by their number, and where they are named."""

    def __init__(self, store: TokenStore) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        images = store.column("images").combine_chunks()
        if isinstance(images, pa.ChunkedArray):  # of a store without rows
            images = pa.array([], images.type)
        names = pc.list_flatten(images).dictionary_encode()
        self._names = names.dictionary
        self._pictures = names.indices
        self._samples = pc.list_parent_indices(images)

    def __len__(self) -> int:
        return len(self._names)

    def name(self, picture: int) -> str:
        """What a picture is called in the store."""
        found: str = self._names[picture].as_py()
        return found

    def some_at_a_time(self, count: int) -> Iterator[list[str]]:
        """The names of all pictures, in order."""
        for first in range(0, len(self), count):
            yield self._names.slice(first, count).to_pylist()

    def samples_with(self, pictures: Collection[int]) -> dict[int, int]:
        """The samples that name any of some pictures, in order, each with the first of these that it names."""
        chosen = self._is_in(self._pictures, pictures)
        found: dict[int, int] = {}
        pairs = zip(self._samples.filter(chosen).to_pylist(), self._pictures.filter(chosen).to_pylist(), strict=True)
        for sample, picture in pairs:
            found.setdefault(sample, picture)
        return found

    def used_without(self, samples: Collection[int]) -> set[int]:
        """The pictures that are named by any other than some samples."""
        import pyarrow.compute as pc

        return set(self._pictures.filter(pc.invert(self._is_in(self._samples, samples))).unique().to_pylist())

    def has_lost_pictures(self) -> bool:
        """Whether a picture that came out of the rows themselves is no longer in the cache folder."""
        import pyarrow.compute as pc

        kept = self._names.filter(pc.starts_with(self._names, f"{kept_pictures()}{os.sep}"))
        return not all(os.path.exists(name) for name in kept.to_pylist())  # noqa: PTH110 - of hundreds of thousands

    @staticmethod
    def _is_in(values: Any, chosen: Collection[int]) -> Any:
        import pyarrow as pa
        import pyarrow.compute as pc

        return pc.is_in(values, value_set=pa.array(sorted(chosen), values.type))
