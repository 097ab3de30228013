"""Headers of weight files: what they hold, and whether they are whole, without reading a value or a pickle."""

from __future__ import annotations

import json
import math
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.i18n import _

_BYTES = {
    **dict.fromkeys(("F64", "I64", "U64"), 8),
    **dict.fromkeys(("F32", "I32", "U32"), 4),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 2),
    **dict.fromkeys(("F8_E4M3", "F8_E5M2", "I8", "U8", "BOOL"), 1),
}
_WORDS = {"F64": "fp64", "F32": "fp32", "F16": "fp16", "BF16": "bf16", "F8_E4M3": "fp8", "F8_E5M2": "fp8"}
_LENGTH_BYTES = 8
_MAX_HEADER_BYTES = 100 * 10**6  # the format's own limit
ZIP_BEGINS = b"PK\x03\x04"
OLD_TORCH_BEGINS = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
"""How files of PyTorch before 1.6 begin: a pickle of its magic number."""


class DamagedError(Exception):
    """A file is not what it says it is; the text says why, translated."""


@dataclass
class Held:
    """What weight files hold. ``bytes_by_dtype``: fp32, bf16, … → bytes; ``parameters``: values of all tensors."""

    parameters: int = 0
    bytes_by_dtype: Counter[str] = field(default_factory=Counter)

    def add(self, other: Held) -> None:
        """Count another file's tensors too."""
        self.parameters += other.parameters
        self.bytes_by_dtype += other.bytes_by_dtype


def looks_like_safetensors(begins: bytes, size: int) -> bool:
    """Whether a file of this size may be one, by its first bytes."""
    length = int.from_bytes(begins[:_LENGTH_BYTES], "little")
    return 0 < length <= size - _LENGTH_BYTES and begins[_LENGTH_BYTES:].startswith(b'{"')


def safetensors_held(path: Path) -> Held:
    """What a safetensors file holds: 8 bytes length, a JSON header, then the values.

    Raises:
        DamagedError: the header and the file do not fit each other.
        OSError: it cannot be read.
    """
    size = path.stat().st_size
    length, facts = _header(path, size)
    held, end = Held(), 0
    for name, fact in facts.items():
        end = max(end, _count(name, fact, held))
    if _LENGTH_BYTES + length + end != size:
        raise DamagedError(_("the file is shorter or longer than its header says"))
    return held


def safetensors_shapes(path: Path) -> dict[str, list[int]]:
    """The shape of each tensor of a safetensors file, by its name.

    Raises:
        DamagedError: the header cannot be read.
        OSError: the file cannot be read.
    """
    _length, facts = _header(path, path.stat().st_size)
    try:
        return {name: list(fact["shape"]) for name, fact in facts.items()}
    except (KeyError, TypeError) as error:
        raise DamagedError(_("its header cannot be read")) from error


def _header(path: Path, size: int) -> tuple[int, dict[str, Any]]:
    """The length of a header, and what it says of each tensor."""
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
        if not 0 < length <= min(size - _LENGTH_BYTES, _MAX_HEADER_BYTES):
            raise DamagedError(_("its header is larger than the file"))
        text = stream.read(length)
    try:
        header = json.loads(text)
        return length, {name: fact for name, fact in header.items() if name != "__metadata__"}
    except (ValueError, AttributeError, RecursionError) as error:
        raise DamagedError(_("its header cannot be read")) from error


def _count(name: str, fact: Any, held: Held) -> int:
    """Count one tensor; returns where it ends."""
    try:
        dtype, shape, (first, end) = fact["dtype"], fact["shape"], fact["data_offsets"]
        values = math.prod(shape)
        is_right = all(type(number) is int and number >= 0 for number in (*shape, first, end))
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedError(_("its header cannot be read")) from error
    if not is_right or (dtype in _BYTES and values * _BYTES[dtype] != end - first):
        raise DamagedError(_("its header says of {name} what cannot be").format(name=name))
    held.parameters += values
    held.bytes_by_dtype[_WORDS.get(dtype, str(dtype).lower())] += end - first
    return int(end)


def require_torch_file(path: Path) -> None:
    """Raise unless a file begins and ends as PyTorch's do; nothing in it is loaded.

    Raises:
        DamagedError: it does not.
        OSError: it cannot be read.
    """
    if zipfile.is_zipfile(path):
        return
    with path.open("rb") as stream:
        if stream.read(len(OLD_TORCH_BEGINS)) != OLD_TORCH_BEGINS:
            raise DamagedError(_("it is cut off, or no file of PyTorch"))
