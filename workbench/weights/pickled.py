"""What a file of PyTorch holds, told by the opcodes of its pickle: they are listed, and nothing is ever built of them.

A tensor's values stand in the archive; the pickle names their storage as ``('storage', torch.HalfStorage, '0', 'cpu',
6)``: number format, key, place, count. See ``torch.serialization`` and ``pickletools``.
"""

from __future__ import annotations

import io
import pickletools
import zipfile
from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from workbench.weights.headers import Held

_STORAGES = {
    "torch DoubleStorage": ("fp64", 8),
    "torch FloatStorage": ("fp32", 4),
    "torch HalfStorage": ("fp16", 2),
    "torch BFloat16Storage": ("bf16", 2),
    "torch LongStorage": ("i64", 8),
    "torch IntStorage": ("i32", 4),
    "torch ShortStorage": ("i16", 2),
    "torch CharStorage": ("i8", 1),
    "torch ByteStorage": ("u8", 1),
    "torch BoolStorage": ("bool", 1),
}
_NO_WEIGHTS = {"optimizer", "optimizer_state_dict", "message_hub"}
"""Where the file of a training goes on with something else."""
_PUT = {"BINPUT", "LONG_BINPUT", "MEMOIZE"}
_GET = {"BINGET", "LONG_BINGET"}
_NOTED = {"iter", "dp_world_size"}
_MOST_BYTES = 16 * 2**20
_MOST_OPCODES = 400_000
_NAMED_BY = 6
"""A storage is named by five values and the tuple of them."""


@dataclass
class Pickled:
    """``held``: the weights; ``texts``: the texts in it, names of tensors among them; ``numbers``: the first that
    stands under each name.
    """

    held: Held = field(default_factory=Held)
    texts: set[str] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def iter(self) -> int | None:
        """The iteration that MMEngine noted."""
        return self.numbers.get("iter")

    @property
    def processes(self) -> int | None:
        """How many processes saved a DeepSpeed checkpoint."""
        return self.numbers.get("dp_world_size")


def has_pickle(path: Path) -> bool:
    """Whether a file is an archive as PyTorch writes them."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _member(archive) is not None
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError):
        return False


def read_pickled(path: Path) -> Pickled:
    """Look through the pickle of a file as far as it goes; nothing is found in a torn one or in one of old PyTorch."""
    try:
        with zipfile.ZipFile(path) as archive:
            member = _member(archive)
            if member is None:
                return Pickled()
            with archive.open(member) as stream:
                return _looked_through(stream.read(_MOST_BYTES))
    except (OSError, EOFError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError):
        return Pickled()


def _member(archive: zipfile.ZipFile) -> str | None:
    return next((name for name in archive.namelist() if name.endswith("data.pkl")), None)


def _looked_through(content: bytes) -> Pickled:
    found = Pickled()
    memo: dict[object, object] = {}
    recent: deque[object] = deque([None] * _NAMED_BY, maxlen=_NAMED_BY)
    shared: set[object] = set()
    try:
        for opcode, argument, _place in islice(pickletools.genops(io.BytesIO(content)), _MOST_OPCODES):
            if opcode.name in _PUT:
                memo[len(memo) if argument is None else argument] = recent[-1]
            elif opcode.name in _GET:
                recent.append(memo.get(argument))
            elif opcode.name == "BINPERSID":
                _count(found.held, recent, shared)
            elif isinstance(argument, str) and argument in _NO_WEIGHTS and found.held.parameters:
                break
            else:
                _note(found, recent[-1], argument)
                recent.append(argument)
    except (ValueError, IndexError):  # it is torn
        pass
    return found


def _note(found: Pickled, before: object, argument: object) -> None:
    if isinstance(argument, str):
        found.texts.add(argument)
    elif isinstance(before, str) and before in _NOTED and isinstance(argument, int):
        found.numbers.setdefault(before, argument)


def _count(held: Held, named: deque[object], shared: set[object]) -> None:
    """Count the storage that was just named, unless it was counted for another tensor that shares it."""
    _storage, kind, key, _place, count, _tuple = named
    if not isinstance(kind, str) or kind not in _STORAGES or not isinstance(count, int) or key in shared:
        return
    word, size = _STORAGES[kind]
    shared.add(key)
    held.parameters += count
    held.bytes_by_dtype[word] += count * size
