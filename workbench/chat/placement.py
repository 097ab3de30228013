"""How a loaded model is made to fit: fewer bits, several devices, a folder for what is left."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from workbench.configs.method_settings import QuantizationSettings
from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _


def quantization_of(bits: Literal[4, 8] | None) -> QuantizationSettings | None:
    """The settings of weights in so many bits."""
    if bits is None:
        return None
    return QuantizationSettings(load_in_8bit=bits == 8)


def placement(offload_folder: str | None) -> dict[str, Any]:
    """The arguments of loading that spread a model over all devices, and over a folder on disk if they are too small.

    Raises:
        WorkbenchError: the folder cannot be made.
    """
    if offload_folder is None:
        return {}
    try:
        Path(offload_folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkbenchError(
            _("The folder cannot be made: {reason}").format(reason=system_reason(error)), where=offload_folder
        ) from error
    return {"device_map": "auto", "offload_folder": offload_folder}
