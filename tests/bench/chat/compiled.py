"""What compiling the sample model takes, and what it gives."""

from __future__ import annotations

import os
import tempfile
import time

from tests.bench.chat.speed import loaded, speed_figures
from tests.bench.measurement import Figure
from workbench.chat.session import ChatSession

_KEPT_CODE = "TORCHINDUCTOR_CACHE_DIR"


def compiled_figures(runs: int) -> list[Figure]:
    """Seconds until the model is ready, at the first start and at one that finds the code; then as without compiling."""
    before = os.environ.get(_KEPT_CODE)
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as folder:
        os.environ[_KEPT_CODE] = folder
        try:
            first, _session = _loaded()
            again, session = _loaded()
            speed = speed_figures("sample model, compiled", session, tokens=64, questions=4, runs=runs, least=1.3)
        finally:
            _set_back(before)
    return [
        Figure("sample model: loaded and compiled, first start", [first], "s"),
        Figure("sample model: loaded and compiled, later starts", [again], "s"),
        *speed,
    ]


def _loaded() -> tuple[float, ChatSession]:
    """Seconds that it took, with nothing remembered but what is on disk."""
    began = time.perf_counter()
    session = loaded("sample:model", compile=True)
    return time.perf_counter() - began, session


def _set_back(before: str | None) -> None:
    if before is None:
        os.environ.pop(_KEPT_CODE)
    else:
        os.environ[_KEPT_CODE] = before
