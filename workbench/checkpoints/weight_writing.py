"""Writing weights in shards of bounded size, tensor by tensor, so that an interrupted attempt can go on.

Formats: safetensors (https://github.com/huggingface/safetensors: eight bytes with the length of a JSON header, the
header, the tensors one after another) and PyTorch's ``.bin``; several shards come with an index that names the shard of
each tensor.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple, cast

import torch

from workbench.checkpoints.checked_file import CheckedFile, checksum_on_disk
from workbench.checkpoints.output import JOURNAL_FILE, require_space
from workbench.checkpoints.safetensors_files import DTYPES
from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import _

_SAFE_NAMES = {dtype: name for name, dtype in DTYPES.items()}
ONE_FILE = 2**62
"""A limit for weights that are not cut into shards."""
_STEMS = {True: ("model", ".safetensors"), False: ("pytorch_model", ".bin")}


@dataclass(frozen=True)
class PlannedTensor:
    """A tensor that will be made when its turn to be written comes."""

    name: str
    shape: tuple[int, ...]
    dtype: torch.dtype
    make: Callable[[], torch.Tensor]

    @property
    def nbytes(self) -> int:
        """Size of its values."""
        return math.prod(self.shape) * self.dtype.itemsize


class _Shard(NamedTuple):
    path: Path
    tensors: list[PlannedTensor]

    @property
    def nbytes(self) -> int:
        return sum(tensor.nbytes for tensor in self.tensors)

    def facts(self) -> list[list[object]]:
        """What the journal says was written into it."""
        return [[tensor.name, list(tensor.shape), str(tensor.dtype)] for tensor in self.tensors]


def write_weights(
    folder: Path,
    plan: Sequence[PlannedTensor],
    *,
    max_shard_bytes: int,
    safe: bool = True,
    metadata: Mapping[str, str] | None = None,
    on_progress: Callable[[int, int], None],
) -> None:
    """Write the tensors of a plan, in its order, as one file or as shards with an index.

    Each shard is checked against its checksum on the disk and then noted in a journal; shards that an earlier attempt
    noted and that are still what it wrote are kept. One tensor is held at a time, beside it a small one that is being
    written (``safe``), or one shard (``.bin``).

    Args:
        folder: the partial folder of `complete_or_absent`.
        safe: safetensors; otherwise ``.bin``.
        metadata: further texts for the header of each safetensors file.
        on_progress: gets the bytes that are done and those in all.

    Raises:
        WorkbenchError: the disk cannot hold them, a tensor is not what the plan says, or a shard did not arrive whole.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shards = _shards(folder, plan, max_shard_bytes, safe)
    notes = _notes(folder)
    kept = {shard.path for shard in shards if _is_written(shard, notes.get(shard.path.name))}
    _remove_strays(folder, kept)
    total, done = sum(shard.nbytes for shard in shards), sum(shard.nbytes for shard in shards if shard.path in kept)
    require_space(folder, total - done)
    on_progress(done, total)
    with ThreadPoolExecutor(1) as finisher:
        finishing: Future[None] | None = None
        for shard in shards:
            if shard.path in kept:
                continue
            out = CheckedFile(shard.path)
            with out:
                for size in _write_safe(shard, metadata or {}, out) if safe else _write_bin(shard, out):
                    done += size
                    on_progress(done, total)
            if finishing:
                finishing.result()
            finishing = finisher.submit(_finish, folder, shard, out)
        if finishing:
            finishing.result()
    if len(shards) > 1:
        _write_index(folder, shards, total, safe)


def _shards(folder: Path, plan: Sequence[PlannedTensor], max_shard_bytes: int, safe: bool) -> list[_Shard]:
    """The plan cut into files, each as full as the limit allows; a tensor beyond the limit has a file of its own."""
    parts: list[list[PlannedTensor]] = [[]]
    size = 0
    for tensor in plan:
        if parts[-1] and size + tensor.nbytes > max_shard_bytes:
            parts.append([])
            size = 0
        parts[-1].append(tensor)
        size += tensor.nbytes
    stem, suffix = _STEMS[safe]
    if len(parts) == 1:
        return [_Shard(folder / f"{stem}{suffix}", parts[0])]
    names = [f"{stem}-{number:05d}-of-{len(parts):05d}{suffix}" for number in range(1, len(parts) + 1)]
    return [_Shard(folder / name, tensors) for name, tensors in zip(names, parts, strict=True)]


def _remove_strays(folder: Path, kept: set[Path]) -> None:
    """Remove what an earlier attempt did not finish."""
    for suffix in (".safetensors", ".bin", ".part"):
        for path in folder.glob(f"*{suffix}"):
            if path not in kept:
                path.unlink()


def _write_safe(shard: _Shard, metadata: Mapping[str, str], out: CheckedFile) -> Iterator[int]:
    """Write a safetensors file; yields the size of each tensor once it is in it."""
    # wide numbers first: each value then starts at a multiple of its own size, as readers that map the file expect
    tensors = sorted(shard.tensors, key=lambda tensor: -tensor.dtype.itemsize)
    out.write(_safe_header(tensors, metadata))
    for tensor in tensors:
        out.make_room(tensor.nbytes)
        out.write_meanwhile(_bytes_of(_made(tensor)))
        yield tensor.nbytes


def _safe_header(tensors: list[PlannedTensor], metadata: Mapping[str, str]) -> bytes:
    header: dict[str, object] = {"__metadata__": {"format": "pt", **metadata}}
    offset = 0
    for tensor in tensors:
        end = offset + tensor.nbytes
        header[tensor.name] = {
            "dtype": _SAFE_NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [offset, end],
        }
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    padded = text + b" " * (-len(text) % 8)
    return len(padded).to_bytes(8, "little") + padded


def _write_bin(shard: _Shard, out: CheckedFile) -> Iterator[int]:
    """Write a ``.bin`` file; yields the size of each tensor once it is made."""
    tensors = {}
    for tensor in shard.tensors:
        tensors[tensor.name] = _made(tensor).contiguous()
        yield tensor.nbytes
    torch.save(tensors, cast("IO[bytes]", out))


def _made(planned: PlannedTensor) -> torch.Tensor:
    tensor = planned.make()
    if tuple(tensor.shape) != planned.shape or tensor.dtype != planned.dtype:
        raise WorkbenchError(
            _("The tensor {name} should be {planned}, but is {made}.").format(
                name=planned.name,
                planned=f"{planned.dtype} {list(planned.shape)}",
                made=f"{tensor.dtype} {list(tensor.shape)}",
            )
        )
    return tensor


def _bytes_of(tensor: torch.Tensor) -> memoryview:
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return flat.view(torch.uint8).numpy().data


def _finish(folder: Path, shard: _Shard, out: CheckedFile) -> None:
    """Put a written shard in its place and note it; meanwhile the next one is made."""
    out.finish()
    _note(folder, shard, out.checksum)


def _note(folder: Path, shard: _Shard, checksum: int) -> None:
    """Add a finished shard to the journal."""
    note = {"file": shard.path.name, "crc32": checksum, "tensors": shard.facts()}
    with (folder / JOURNAL_FILE).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(note) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def _notes(folder: Path) -> dict[str, dict[str, object]]:
    """The journal: the last note of each file."""
    try:
        lines = (folder / JOURNAL_FILE).read_bytes().splitlines()
    except OSError:
        return {}
    notes = {}
    for line in lines:
        try:
            note = json.loads(line)
            notes[note["file"]] = note
        except (ValueError, TypeError, KeyError):  # the last line of a killed attempt
            continue
    return notes


def _is_written(shard: _Shard, note: dict[str, object] | None) -> bool:
    """Whether an earlier attempt noted this shard, and it is still what it wrote."""
    if note is None or note.get("tensors") != shard.facts() or not shard.path.is_file():
        return False
    return checksum_on_disk(shard.path) == note.get("crc32")


def _write_index(folder: Path, shards: list[_Shard], total: int, safe: bool) -> None:
    index = {
        "metadata": {"total_size": total},
        "weight_map": {tensor.name: shard.path.name for shard in shards for tensor in shard.tensors},
    }
    stem, suffix = _STEMS[safe]
    write_atomic(folder / f"{stem}{suffix}.index.json", json.dumps(index, indent=2, sort_keys=True) + "\n")
