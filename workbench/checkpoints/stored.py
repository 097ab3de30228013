"""Tensors that stay in their files until they are wanted, and are then read without mapping the file.

Mapped pages count as memory of the process for as long as nothing else needs it; bytes that are read straight into the
result do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Protocol

import torch

from workbench.errors import WorkbenchError
from workbench.i18n import _

_CAST_VALUES = 4 * 2**20
"""So many values are held twice while their number format changes."""


class Values(Protocol):
    """A tensor somewhere: its facts, and its values in the order of its memory."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> torch.dtype: ...

    def read(self, start: int, out: torch.Tensor) -> None:
        """Fill a flat tensor with the values from ``start`` on, in the format of that tensor."""


@dataclass(frozen=True)
class StoredTensor:
    """A contiguous tensor in a file. ``offset``: of its first value, in bytes."""

    path: Path
    offset: int
    shape: tuple[int, ...]
    dtype: torch.dtype

    def read(self, start: int, out: torch.Tensor) -> None:
        """Fill a flat tensor from the file.

        Raises:
            WorkbenchError: the file ends before.
        """
        with self.path.open("rb", buffering=0) as stream:
            stream.seek(self.offset + start * self.dtype.itemsize)
            if out.dtype == self.dtype:
                self._fill(stream, out)
                return
            scratch = torch.empty(min(_CAST_VALUES, out.numel()), dtype=self.dtype)
            for begin in range(0, out.numel(), _CAST_VALUES):
                part = out[begin : begin + _CAST_VALUES]
                values = scratch[: part.numel()]
                self._fill(stream, values)
                part.copy_(values)

    def _fill(self, stream: FileIO, out: torch.Tensor) -> None:
        wanted = out.view(torch.uint8).numpy().data
        while wanted:
            count = stream.readinto(wanted)
            if not count:
                raise WorkbenchError(_("The file is cut off."), where=str(self.path), fix=_("Copy it again."))
            wanted = wanted[count:]


@dataclass(frozen=True)
class HeldTensor:
    """A tensor that is in memory already."""

    tensor: torch.Tensor

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.tensor.shape)

    @property
    def dtype(self) -> torch.dtype:
        return self.tensor.dtype

    def read(self, start: int, out: torch.Tensor) -> None:
        """Copy values."""
        out.copy_(self.tensor.reshape(-1)[start : start + out.numel()])


@dataclass(frozen=True)
class StridedTensor:
    """A tensor in a file whose values do not follow one another, such as a transposed one."""

    span: StoredTensor
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    @property
    def dtype(self) -> torch.dtype:
        return self.span.dtype

    def read(self, start: int, out: torch.Tensor) -> None:
        """Read all of it and take the values in the order of their indices."""
        memory = torch.empty(self.span.shape, dtype=self.dtype)
        self.span.read(0, memory)
        HeldTensor(memory.as_strided(self.shape, self.stride)).read(start, out)


def values_of(path: Path, tensor: torch.Tensor) -> Values:
    """Where the values of a tensor are that `workbench.checkpoints.pickles.read_structure` found in a file.

    Raises:
        WorkbenchError: the file says that they are where they cannot be.
    """
    if not tensor.is_meta:
        return HeldTensor(tensor.detach())
    shape, stride = tuple(tensor.shape), tensor.stride()
    length = 1 + sum((size - 1) * step for size, step in zip(shape, stride, strict=True)) if tensor.numel() else 0
    storage = tensor.untyped_storage()
    begins = storage._checkpoint_offset  # noted by torch.load when it reads no values
    assert begins is not None
    first = int(tensor.storage_offset()) * tensor.dtype.itemsize
    ends = first + length * tensor.dtype.itemsize
    if ends > storage.nbytes() or begins + ends > path.stat().st_size:
        raise WorkbenchError(_("The file is cut off."), where=str(path), fix=_("Copy it again."))
    span = StoredTensor(path, begins + first, (length,), tensor.dtype)
    if tensor.is_contiguous():
        return StoredTensor(path, begins + first, shape, tensor.dtype)
    return StridedTensor(span, shape, stride)


@dataclass(frozen=True)
class Piece:
    """``count`` values of a tensor from ``start`` on."""

    values: Values
    start: int
    count: int


@dataclass(frozen=True)
class LazyTensor:
    """A tensor made of pieces one after another; nothing is read before it is loaded."""

    shape: tuple[int, ...]
    dtype: torch.dtype
    pieces: tuple[Piece, ...]

    @classmethod
    def whole(cls, path: Path, tensor: torch.Tensor) -> LazyTensor:
        """A tensor that `read_structure` found in a file."""
        values = values_of(path, tensor)
        return cls(values.shape, values.dtype, (Piece(values, 0, tensor.numel()),))

    def load(self, dtype: torch.dtype | None = None) -> torch.Tensor:
        """Read it, in another number format if one is given; that takes no memory beside the result's."""
        out = torch.empty(self.shape, dtype=dtype or self.dtype)
        flat, begin = out.view(-1), 0
        for piece in self.pieces:
            piece.values.read(piece.start, flat[begin : begin + piece.count])
            begin += piece.count
        return out


def pieces_of(parts: Sequence[Values], start: int, count: int) -> tuple[Piece, ...]:
    """A stretch of the flat vector that several tensors one after another make."""
    pieces: list[Piece] = []
    begin, end = start, start + count
    for part in parts:
        size = 1
        for extent in part.shape:
            size *= extent
        if begin < size and end > 0:
            first = max(begin, 0)
            pieces.append(Piece(part, first, min(end, size) - first))
        begin, end = begin - size, end - size
    return tuple(pieces)
