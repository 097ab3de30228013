"""Which machine and which versions the figures are from."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import psutil

_PACKAGES = ("workbench", "textual", "rich", "pydantic", "torch", "transformers", "peft", "deepspeed")


def machine() -> dict[str, str]:
    """What the report says about where it comes from."""
    cores = len(os.sched_getaffinity(0))
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "processor": f"{_processor()}, {cores} cores",
        "memory": f"{psutil.virtual_memory().total / 1e9:.1f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "load before (1, 5, 15 min)": load,
        "versions": ", ".join([f"Python {platform.python_version()}", *map(_version, _PACKAGES)]),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _version(package: str) -> str:
    return f"{package} {importlib.metadata.version(package)}"
