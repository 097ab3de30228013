"""Milliseconds from one adapter in memory to another, and to the base alone."""

from __future__ import annotations

import time
from pathlib import Path

from tests.bench.checkpoints.models import Shape, write_adapter
from tests.bench.measurement import Figure, Target
from workbench.chat.protocol import AttachAdapter
from workbench.chat.session import ChatSession


def switching_figures(what: str, session: ChatSession, shape: Shape, folder: Path, runs: int) -> list[Figure]:
    """Two adapters of rank 64 on every linear layer."""
    adapters = [str(write_adapter(folder / f"adapter-{number}", shape)) for number in range(2)]
    for adapter in adapters:
        _switched(session, adapter)
    switches = [_switched(session, adapter) for _run in range(runs) for adapter in (*adapters, None)]
    return [Figure(f"{what}: another adapter", switches, "ms", Target(100))]


def _switched(session: ChatSession, adapter: str | None) -> float:
    began = time.perf_counter()
    session.attach(AttachAdapter(id=1, adapter=adapter, prompt_template="internlm2_chat"), lambda _stage: None)
    return (time.perf_counter() - began) * 1000
