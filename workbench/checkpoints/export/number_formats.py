"""The number formats of GGUF files, and tensors in them."""

from __future__ import annotations

from dataclasses import dataclass

import gguf
import numpy as np
import torch

from workbench.errors import WorkbenchError
from workbench.i18n import _

_VALUES_AT_ONCE = 4 * 2**20
Bytes = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


@dataclass(frozen=True)
class NumberFormat:
    """``kind``: of the matrices; what has one dimension is always kept in 32 bits, as engines expect."""

    kind: gguf.GGMLQuantizationType
    file_type: gguf.LlamaFileType

    def of(self, shape: tuple[int, ...]) -> gguf.GGMLQuantizationType:
        """The format of one tensor; rows that are no whole number of blocks are kept in 16 bits."""
        if len(shape) == 1:
            return gguf.GGMLQuantizationType.F32
        block, _size = gguf.GGML_QUANT_SIZES[self.kind]
        return self.kind if shape[-1] % block == 0 else gguf.GGMLQuantizationType.F16


_KINDS = gguf.GGMLQuantizationType
FORMATS = {
    "f32": NumberFormat(_KINDS.F32, gguf.LlamaFileType.ALL_F32),
    "f16": NumberFormat(_KINDS.F16, gguf.LlamaFileType.MOSTLY_F16),
    "bf16": NumberFormat(_KINDS.BF16, gguf.LlamaFileType.MOSTLY_BF16),
    "q8_0": NumberFormat(_KINDS.Q8_0, gguf.LlamaFileType.MOSTLY_Q8_0),
}
_TORCH = {_KINDS.F32: torch.float32, _KINDS.F16: torch.float16, _KINDS.BF16: torch.bfloat16}


def size_of(shape: tuple[int, ...], kind: gguf.GGMLQuantizationType) -> int:
    """Bytes of a tensor in a format."""
    values, bytes_of_block = gguf.GGML_QUANT_SIZES[kind]
    count = 1
    for extent in shape:
        count *= extent
    return count // values * bytes_of_block


def encoded(tensor: torch.Tensor, kind: gguf.GGMLQuantizationType, name: str) -> Bytes:
    """The bytes of a tensor in a format.

    Raises:
        WorkbenchError: a value is too large for it.
    """
    if kind not in _TORCH:
        return _quantised(tensor, kind)
    converted = tensor.to(_TORCH[kind]).contiguous()
    if kind == _KINDS.F16 and tensor.dtype != torch.float16 and bool(converted.isinf().any()):
        raise WorkbenchError(
            _("The weight {name} has values that are too large for f16.").format(name=name),
            where="--type",
            fix=_("Choose bf16 or f32."),
        )
    return converted.view(-1).view(torch.uint8).numpy()


def _quantised(tensor: torch.Tensor, kind: gguf.GGMLQuantizationType) -> Bytes:
    """A matrix in blocks, some rows at a time."""
    out: Bytes = np.empty(size_of(tuple(tensor.shape), kind), dtype=np.uint8)
    rows = max(1, _VALUES_AT_ONCE // tensor.shape[-1])
    begin = 0
    for start in range(0, tensor.shape[0], rows):
        part = gguf.quantize(tensor[start : start + rows].float().numpy(), kind).reshape(-1)
        out[begin : begin + part.size] = part
        begin += part.size
    return out
