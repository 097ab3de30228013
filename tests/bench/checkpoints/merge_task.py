"""``python -m tests.bench.checkpoints.merge_task workbench|peft BASE ADAPTER TARGET``: one merge, and what it took."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from tests.bench.checkpoints.models import SHARD_BYTES


def by_workbench(base: Path, adapter: Path, target: Path) -> float:
    """Seconds of workbench's merge."""
    from workbench.checkpoints.merge import merge
    from workbench.checkpoints.merge_request import MergeRequest

    began = time.perf_counter()
    merge(MergeRequest(str(base), adapter, target, max_shard_bytes=SHARD_BYTES), lambda done, total: None)
    return time.perf_counter() - began


def by_peft(base: Path, adapter: Path, target: Path) -> float:
    """Seconds of peft's merge: load, merge in memory, save."""
    from peft import PeftModel

    from workbench.models.load import load_language_model

    began = time.perf_counter()
    model = load_language_model(str(base), precision="fp16")
    merged = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
    merged.save_pretrained(target, max_shard_size=SHARD_BYTES)
    return time.perf_counter() - began


def peak_bytes() -> int:
    """The most memory that was resident in this process (Linux)."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) * 1024


def main() -> None:
    work = {"workbench": by_workbench, "peft": by_peft}[sys.argv[1]]
    seconds = work(*map(Path, sys.argv[2:5]))
    print(json.dumps({"seconds": seconds, "peak_bytes": peak_bytes()}))


if __name__ == "__main__":
    main()
