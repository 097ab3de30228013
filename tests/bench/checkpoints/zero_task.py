"""``python -m tests.bench.checkpoints.zero_task workbench|deepspeed FOLDER TARGET``: one conversion, and what it took."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from tests.bench.checkpoints.merge_task import peak_bytes

SHARD_BYTES = 2 * 10**9


def by_workbench(folder: Path, target: Path) -> float:
    """Seconds of workbench's way: each file checked on the disk, the result complete or absent."""
    from workbench.checkpoints.adapter_files import planned
    from workbench.checkpoints.output import complete_or_absent
    from workbench.checkpoints.weight_writing import write_weights
    from workbench.checkpoints.zero import open_shards

    began = time.perf_counter()
    with complete_or_absent(target, sources=[folder]) as partial:
        plan = planned(open_shards(folder).trained)
        write_weights(partial, plan, max_shard_bytes=SHARD_BYTES, on_progress=lambda done, total: None)
    return time.perf_counter() - began


def by_deepspeed(folder: Path, target: Path) -> float:
    """Seconds of DeepSpeed's own script, to safetensors as well."""
    from deepspeed.utils.zero_to_fp32 import convert_zero_checkpoint_to_fp32_state_dict

    began = time.perf_counter()
    convert_zero_checkpoint_to_fp32_state_dict(
        str(folder.parent), str(target), max_shard_size="2GB", safe_serialization=True, tag=folder.name
    )
    return time.perf_counter() - began


def put_on_disk(folder: Path) -> float:
    """Seconds until files that were written are on the disk."""
    began = time.perf_counter()
    for path in folder.iterdir():
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
    return time.perf_counter() - began


def main() -> None:
    work = {"workbench": by_workbench, "deepspeed": by_deepspeed}[sys.argv[1]]
    seconds = work(Path(sys.argv[2]), Path(sys.argv[3]))
    peak = peak_bytes()
    on_disk = seconds + put_on_disk(Path(sys.argv[3]))
    print(json.dumps({"seconds": seconds, "seconds_on_disk": on_disk, "peak_bytes": peak}))


if __name__ == "__main__":
    main()
