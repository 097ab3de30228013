"""Writing a GGUF file, one tensor in memory at a time."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np

from workbench.checkpoints.export.architectures import add_facts
from workbench.checkpoints.export.known_models import architecture_of
from workbench.checkpoints.export.llama_quantize import K_QUANTS, quantize, require_program
from workbench.checkpoints.export.number_formats import FORMATS, NumberFormat, encoded, size_of
from workbench.checkpoints.export.source import ExportSource
from workbench.checkpoints.export.tensors import GgufTensor, plan_tensors
from workbench.checkpoints.export.vocabulary import add_vocabulary
from workbench.checkpoints.export.whole_file import complete_or_absent_file, refuse_existing_file
from workbench.checkpoints.model_files import open_folder
from workbench.checkpoints.output import require_space
from workbench.errors import WorkbenchError
from workbench.i18n import _

_READ_BYTES = 4 * 2**20
_K_QUANT_SHARE = 0.35
"""A K-quant of 4 to 6 bits is no larger than this share of the 16-bit file."""


@dataclass(frozen=True)
class GgufRequest:
    """What to write. ``kind``: a key of `FORMATS` or `K_QUANTS`."""

    source: ExportSource
    target: Path
    kind: str = "f16"
    overwrite: bool = False


def write_gguf(request: GgufRequest, on_progress: Callable[[int, int], None]) -> None:
    """Write the file; on_progress gets the bytes written and in all.

    Raises:
        WorkbenchError: the model's kind, tokenizer or scaling has no place in such a file; the number format needs a
            program that is not there; the target may not be replaced; the disk cannot hold it.
    """
    refuse_existing_file(request.target, overwrite=request.overwrite)
    if request.kind in K_QUANTS:
        _write_k_quant(request, on_progress)
        return
    with complete_or_absent_file(request.target, overwrite=request.overwrite) as partial:
        _write(request.source, partial, FORMATS[request.kind], on_progress)


def _write_k_quant(request: GgufRequest, on_progress: Callable[[int, int], None]) -> None:
    """By way of a 16-bit file beside the target, which goes again."""
    program = require_program()
    full = request.target.with_name(f".{request.target.name}.f16.partial")
    with complete_or_absent_file(request.target, overwrite=request.overwrite) as partial:
        try:
            _write(request.source, full, FORMATS["f16"], on_progress, more=_K_QUANT_SHARE)
            quantize(program, full, partial, request.kind)
        finally:
            full.unlink(missing_ok=True)


def _write(
    source: ExportSource, path: Path, form: NumberFormat, on_progress: Callable[[int, int], None], more: float = 0
) -> None:
    """Write the file under a passing name. ``more``: room to leave, as a share of its size."""
    architecture = architecture_of(source.config)
    plan = plan_tensors(open_folder(source.folder), source.config, architecture)
    writer = gguf.GGUFWriter(None, architecture.name)
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name(source.name)
    writer.add_file_type(int(form.file_type))
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    add_facts(writer, source)
    add_vocabulary(writer, source)
    for tensor in plan:
        kind = form.of(tensor.shape)
        size = size_of(tensor.shape, kind)
        writer.add_tensor_info(tensor.name, tensor.shape, np.dtype(np.float32), size, raw_dtype=kind)
    total = sum(size_of(tensor.shape, form.of(tensor.shape)) for tensor in plan)
    require_space(path.parent, int(total * (1 + more)))
    writer.write_header_to_file(path)
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    _append(path, plan, form, total, on_progress)


def _append(
    path: Path, plan: list[GgufTensor], form: NumberFormat, total: int, on_progress: Callable[[int, int], None]
) -> None:
    """Add the tensors to a file that has everything before them, and see that they arrived on the disk."""
    alignment = gguf.GGUF_DEFAULT_ALIGNMENT
    done = checksum = 0
    with path.open("ab") as stream:
        stream.write(bytes(-stream.tell() % alignment))
        begin = stream.tell()
        for tensor in plan:
            values = encoded(tensor.make(), form.of(tensor.shape), tensor.name).data
            padding = bytes(-values.nbytes % alignment)
            checksum = zlib.crc32(padding, zlib.crc32(values, checksum))
            stream.write(values)
            stream.write(padding)
            done += values.nbytes
            on_progress(done, total)
        stream.flush()
        os.fsync(stream.fileno())
    if _checksum(path, begin) != checksum:
        raise WorkbenchError(
            _("The file did not arrive on the disk as it was written."),
            where=str(path),
            fix=_("Check the disk, then try again."),
        )


def _checksum(path: Path, begin: int) -> int:
    """CRC-32 of a file from a place on, as it is on the disk: what of it is cached in memory is dropped first."""
    checksum = 0
    with path.open("rb", buffering=0) as stream:
        if hasattr(os, "posix_fadvise"):  # macOS lacks it
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        stream.seek(begin)
        while block := stream.read(_READ_BYTES):
            checksum = zlib.crc32(block, checksum)
    return checksum
