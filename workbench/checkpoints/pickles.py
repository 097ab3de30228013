"""Reading ``.pt``, ``.pth`` and ``.bin`` files without running what is in them.

PyTorch's own restricted unpickler (``weights_only``) knows tensors and plain containers. Files of trainings also hold a
few objects that only describe the run; their classes are listed here by name, and come out as `Inert`, which keeps
their fields and does nothing. Everything else is refused by name.
"""

from __future__ import annotations

import re
import struct
import warnings
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from workbench.checkpoints.damage import refuse_other_kinds
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable


class _AsDict:
    """Stands in for a class of dicts whose entries are wanted, and nothing else of it."""

    def __new__(cls, *_values: Any) -> Any:
        return {}


class Inert:
    """Stands in for an object whose class is never loaded, or for a function that is never called."""

    def __init__(self, *values: Any, **_fields: Any) -> None:
        self.values = values

    def __setstate__(self, state: Any) -> None:
        self.state = state


_DEEPSPEED = (
    "deepspeed.runtime.zero.config.ZeroStageEnum",
    "deepspeed.runtime.fp16.loss_scaler.LossScaler",
    "deepspeed.runtime.fp16.loss_scaler.DynamicLossScaler",
    "deepspeed.runtime.zero.config.DeepSpeedZeroConfig",
    "deepspeed.runtime.zero.offload_config.DeepSpeedZeroOffloadOptimizerConfig",
    "deepspeed.runtime.zero.offload_config.DeepSpeedZeroOffloadParamConfig",
    "deepspeed.runtime.zero.offload_config.OffloadDeviceEnum",
    "deepspeed.utils.tensor_fragment.fragment_address",
    "deepspeed.utils.tensor_fragment.tensor_fragment",
)
_MMENGINE = (
    "mmengine.logging.history_buffer.HistoryBuffer",
    "builtins.getattr",  # a history names its statistics by this; as a stand-in it looks nothing up
    "mmengine.config.config.ConfigDict",
    "mmengine.config.config.Config",
    "mmengine.config.lazy.LazyAttr",
    "mmengine.config.lazy.LazyObject",
    "addict.addict.Dict",
)
_NUMPY = tuple(
    f"numpy.{name}"
    for name in (
        "ndarray",
        "dtype",
        "core.multiarray._reconstruct",
        "core.multiarray.scalar",
        "_core.multiarray._reconstruct",
        "_core.multiarray.scalar",
    )
)
_PYTHON = (
    "argparse.Namespace",
    "types.SimpleNamespace",
    "datetime.datetime",
    "datetime.timedelta",
    "datetime.timezone",
    *(f"{module}.{name}" for module in ("pathlib", "pathlib._local") for name in ("PosixPath", "WindowsPath", "Path")),
    # what the entries of a defaultdict begin as
    *(f"builtins.{name}" for name in ("list", "dict", "int", "float", "str", "bool", "tuple")),
)
_DICTS = ("collections.defaultdict",)
DESCRIPTIVE = (*_DEEPSPEED, *_MMENGINE, *_NUMPY, *_PYTHON)
"""The classes and functions that files of trainings name beside their tensors."""

_REFUSED = re.compile(r"GLOBAL (\S+?)[ .]*(?: whose| was)")
_ZIP_BEGINS = b"PK\x03\x04"
_CUT_OFF = "central directory"
"""What torch says of a file of its own whose end is missing."""
_DAMAGED = (
    UnpicklingError,
    RuntimeError,
    EOFError,
    OSError,
    MemoryError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    struct.error,
)


def read_tensors(path: Path) -> Any:
    """The content of a file, its tensors mapped from disk on the CPU (in memory if the file is of PyTorch before 1.6).

    Raises:
        WorkbenchError: the file is damaged, or holds something that could run code.
    """
    return _loaded(path, "cpu", mapped=_is_zip(path))


def read_structure(path: Path) -> Any:
    """The content of a file, its tensors without their values: see `workbench.checkpoints.stored.values_of`.

    Files of PyTorch before 1.6 have no places to find values at; their tensors come with them.

    Raises:
        WorkbenchError: as `read_tensors`.
    """
    return _loaded(path, "meta" if _is_zip(path) else "cpu", mapped=False)


def _is_zip(path: Path) -> bool:
    """Whether it is a file of PyTorch since 1.6.

    Raises:
        WorkbenchError: it cannot be read, or is plainly something else.
    """
    refuse_other_kinds(path)
    with path.open("rb") as stream:
        return stream.read(len(_ZIP_BEGINS)) == _ZIP_BEGINS


def _loaded(path: Path, device: str, *, mapped: bool) -> Any:
    # the pairs are torch's own way to name a class without importing it
    stand_ins: list[Any] = [*((Inert, name) for name in DESCRIPTIVE), *((_AsDict, name) for name in _DICTS)]
    try:
        with torch.serialization.safe_globals(stand_ins), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(path, map_location=device, mmap=mapped, weights_only=True)
    except _DAMAGED as error:
        raise _refusal(path, error) from error


def _refusal(path: Path, error: BaseException) -> WorkbenchError:
    if found := _REFUSED.search(str(error)):
        return WorkbenchError(
            _("The file holds an object of {name}, which could run code.").format(name=printable(found[1])),
            where=str(path),
            fix=_("Nothing of it was run. Take the file from where it was trained, saved as weights only."),
        )
    if _CUT_OFF in str(error):
        return WorkbenchError(
            _("The file is cut off: its end, where its list of contents should be, is missing."),
            where=str(path),
            fix=_("Copy it again; nothing of it was run."),
        )
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = lines[0] if lines and not isinstance(error, UnpicklingError) else type(error).__name__
    return WorkbenchError(
        _("The file cannot be read safely: {reason}").format(reason=printable(reason[:200])),
        where=str(path),
        fix=_("It is damaged or cut off, or holds more than weights; nothing of it was run. Copy it again."),
    )
