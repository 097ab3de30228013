"""Reading ``.pt`` files without running what is in them.

PyTorch's own restricted unpickler (``weights_only``) knows tensors and plain containers. DeepSpeed's files also hold a
few objects of classes that only describe the run; those are listed here by name and come out as `Inert`, which keeps
their fields and does nothing. Everything else is refused by name.
"""

from __future__ import annotations

from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from workbench.errors import WorkbenchError
from workbench.i18n import _


class Inert:
    """Stands in for an object whose class is never loaded."""

    def __init__(self, *values: Any, **_fields: Any) -> None:
        self.values = values

    def __setstate__(self, state: Any) -> None:
        self.state = state


_DESCRIPTIVE = (
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


def read_tensors(path: Path) -> Any:
    """The content of a ``.pt`` or ``.bin`` file, its tensors mapped from disk on the CPU.

    Raises:
        WorkbenchError: the file is damaged, or holds something that could run code.
    """
    # the pairs are torch's own way to name a class without importing it
    stand_ins: list[Any] = [(Inert, name) for name in _DESCRIPTIVE]
    try:
        with torch.serialization.safe_globals(stand_ins):
            return torch.load(path, map_location="cpu", mmap=True, weights_only=True)
    except (UnpicklingError, RuntimeError, EOFError, OSError) as error:
        raise WorkbenchError(
            _("The file cannot be read safely: {reason}").format(reason=str(error).splitlines()[0][:300]),
            where=str(path),
            fix=_("It is damaged, or holds more than weights; nothing of it was run."),
        ) from error
