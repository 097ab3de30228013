"""The DeepSpeed presets by name, long and short."""

from __future__ import annotations

from pathlib import PurePath

from workbench.errors import nearest

NO_DEEPSPEED = "none"
AUTO = "auto"
"""None for one process, which has nothing to share; `SHARED` for several."""
SHARED = "deepspeed_zero2"
PRESETS = (
    "deepspeed_zero1",
    "deepspeed_zero2",
    "deepspeed_zero2_offload",
    "deepspeed_zero3",
    "deepspeed_zero3_offload",
)
_PREFIX = "deepspeed_"


def preset_name(name: str) -> str:
    """The full name of a preset (``zero2`` is ``deepspeed_zero2``), ``auto``, ``none``, or the path of a JSON file unchanged.

    Raises:
        ValueError: neither; carries the nearest preset names.
    """
    lowered = name.lower()
    if lowered in {NO_DEEPSPEED, AUTO}:
        return lowered
    if PurePath(name).suffix == ".json":
        return name
    full = lowered if lowered.startswith(_PREFIX) else _PREFIX + lowered
    if full in PRESETS:
        return full
    raise ValueError(", ".join(nearest(full, PRESETS) or PRESETS))


def chosen_preset(name: str, *, processes: int) -> str:
    """What ``auto`` means for so many processes; any other name as it is."""
    if name != AUTO:
        return name
    return SHARED if processes > 1 else NO_DEEPSPEED


def zero_stage(name: str) -> int:
    """The ZeRO stage of a preset: 0 for ``none``; a JSON file counts as 2, the common choice."""
    if name == NO_DEEPSPEED:
        return 0
    return int(name.removeprefix(_PREFIX + "zero")[0]) if name in PRESETS else 2
