"""The first fields of a GGUF file: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from workbench.i18n import _
from workbench.weights.headers import DamagedError

GGUF_BEGINS = b"GGUF"
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""Types of values, as `struct` writes them."""
_TEXT = 8
_FILE_TYPES = {0: "f32", 1: "f16", 2: "q4_0", 3: "q4_1", 7: "q8_0", 8: "q5_0", 9: "q5_1", 10: "q2_k", 12: "q3_k_m"} | {
    14: "q4_k_s",
    15: "q4_k_m",
    16: "q5_k_s",
    17: "q5_k_m",
    18: "q6_k",
    32: "bf16",
}
"""``general.file_type``: what most of the tensors are."""
_ARCHITECTURE, _FILE_TYPE = "general.architecture", "general.file_type"
_MOST_FIELDS = 200
_LONGEST_TEXT = 2**20


@dataclass(frozen=True)
class GgufHeader:
    """What the first fields say; None where they do not."""

    architecture: str | None
    precision: str | None


def read_gguf_header(path: Path) -> GgufHeader:
    """Read the fields up to the first list, which is the vocabulary.

    Raises:
        DamagedError: it is no GGUF file, or cut off.
        OSError: it cannot be read.
    """
    fields: dict[str, object] = {}
    with path.open("rb") as stream:
        if stream.read(len(GGUF_BEGINS)) != GGUF_BEGINS:
            raise DamagedError(_("it does not begin as a GGUF file"))
        try:
            _version, _tensors, count = struct.unpack("<IQQ", stream.read(20))
            for _number in range(min(count, _MOST_FIELDS)):
                name, value = _text(stream), _value(stream)
                if value is None or {_ARCHITECTURE, _FILE_TYPE} <= fields.keys():
                    break
                fields[name] = value
        except (struct.error, UnicodeDecodeError, ValueError) as error:
            raise DamagedError(_("its header cannot be read")) from error
    architecture = fields.get(_ARCHITECTURE)
    kind = fields.get(_FILE_TYPE)
    return GgufHeader(
        str(architecture) if architecture else None, _FILE_TYPES.get(kind) if isinstance(kind, int) else None
    )


def _text(stream: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", stream.read(8))
    if length > _LONGEST_TEXT:
        raise ValueError(length)
    content = stream.read(length)
    if len(content) < length:
        raise ValueError(length)
    return content.decode()


def _value(stream: BinaryIO) -> object:
    """A text or number; None for a list, which is not read."""
    (kind,) = struct.unpack("<I", stream.read(4))
    if kind == _TEXT:
        return _text(stream)
    if kind not in _NUMBERS:
        return None
    (number,) = struct.unpack("<" + _NUMBERS[kind], stream.read(struct.calcsize("<" + _NUMBERS[kind])))
    return number
