"""The GPU that a training would have, asked of the driver: no torch needed."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from workbench.configs.hardware_rules import FLASH
from workbench.devices import visible_gpus


@dataclass(frozen=True)
class DriverHardware:
    """A GPU as the driver tells of it; without a name there is none. See `workbench.configs.hardware_rules.Hardware`."""

    name: str = ""
    capability: int = 0
    has_bf16: bool = True
    """Whether torch finds a way to bf16 on an old GPU is seen only when it is asked."""

    @property
    def has_gpu(self) -> bool:
        return bool(self.name)

    def has_flash(self, kernel: str) -> bool:
        try:
            version(FLASH[kernel])
        except PackageNotFoundError:
            return False
        return True


def first_gpu(chosen: list[int] | None = None) -> DriverHardware:
    """The first of the GPUs that programs may use here, or of those chosen by number."""
    import pynvml

    visible = visible_gpus() if chosen is None else [str(number) for number in chosen]
    if not visible:
        return DriverHardware()
    try:
        pynvml.nvmlInit()
        handle = pynvml.nvmlDeviceGetHandleByIndex(int(visible[0]) if visible[0].isdigit() else 0)
        name, (major, _minor) = pynvml.nvmlDeviceGetName(handle), pynvml.nvmlDeviceGetCudaComputeCapability(handle)
        pynvml.nvmlShutdown()
    except pynvml.NVMLError:
        return DriverHardware()
    return DriverHardware(name.decode() if isinstance(name, bytes) else str(name), int(major))
