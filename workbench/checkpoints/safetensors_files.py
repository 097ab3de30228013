"""Safetensors files: what their header says, checked against the file before anything is believed.

Format (https://github.com/huggingface/safetensors): eight bytes with the length of a JSON header, the header, then the
values; the header gives each tensor's number format, shape, and first and last byte among the values.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import torch

from workbench.checkpoints.damage import refuse_other_kinds
from workbench.checkpoints.stored import LazyTensor, Piece, StoredTensor
from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _
from workbench.text import printable

DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
_LENGTH_BYTES = 8
_MAX_HEADER_BYTES = 100 * 10**6  # the format's own limit


def tensors_in(path: Path) -> dict[str, LazyTensor]:
    """The tensors of a file by name, in the order of their places; no values are read.

    Raises:
        WorkbenchError: the file is cut off, or its header says what cannot be.
    """
    header, begin, size = _header(path)
    facts = {name: fact for name, fact in header.items() if name != "__metadata__"}
    found = {name: _tensor(path, name, fact, begin) for name, fact in facts.items()}
    places = dict(sorted(found.items(), key=lambda item: item[1].offset))
    end = begin
    for name, stored in places.items():
        if stored.offset != end:
            raise _lying(path, name)
        end += math.prod(stored.shape) * stored.dtype.itemsize
        if end > size:
            raise _cut_off(path)
    return {
        name: LazyTensor(stored.shape, stored.dtype, (Piece(stored, 0, math.prod(stored.shape)),))
        for name, stored in places.items()
    }


def _header(path: Path) -> tuple[dict[str, Any], int, int]:
    """The header, where the values begin, and the size of the file."""
    refuse_other_kinds(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            length = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
            if size < _LENGTH_BYTES or length > min(_MAX_HEADER_BYTES, size - _LENGTH_BYTES):
                raise _cut_off(path)
            header = json.loads(stream.read(length))
    except OSError as error:
        raise WorkbenchError(
            _("The file cannot be read: {reason}").format(reason=system_reason(error)),
            where=str(path),
            fix=_("Check who may read it, and that the disk is there."),
        ) from error
    except (ValueError, RecursionError) as error:
        raise _cut_off(path) from error
    if not isinstance(header, dict):
        raise _cut_off(path)
    return header, _LENGTH_BYTES + length, size


def _tensor(path: Path, name: str, fact: Any, begin: int) -> StoredTensor:
    try:
        dtype, shape, (first, end) = DTYPES[fact["dtype"]], tuple(fact["shape"]), fact["data_offsets"]
    except (KeyError, TypeError, ValueError) as error:
        raise _lying(path, name) from error
    numbers = (*shape, first, end)
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise _lying(path, name)
    if math.prod(shape) * dtype.itemsize != end - first:
        raise _lying(path, name)
    return StoredTensor(path, begin + first, shape, dtype)


def _lying(path: Path, name: str) -> WorkbenchError:
    return WorkbenchError(
        _("The file's header is wrong: what it says of {name} cannot be.").format(name=printable(name)),
        where=str(path),
        fix=_("Make it again, or copy it again from where it is whole."),
    )


def _cut_off(path: Path) -> WorkbenchError:
    return WorkbenchError(
        _("The weight file is damaged or cut off."),
        where=str(path),
        fix=_("Make it again, or copy it again from where it is whole."),
    )
