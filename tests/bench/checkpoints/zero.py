"""``python -m tests.bench.checkpoints.zero [--layers N]``: a ZeRO-3 folder of 8 ranks becomes safetensors."""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from tests.bench.measurement import Figure, Measurement, Settings, Target, times
from tests.bench.report import Outcome, table
from tests.bench.trainings import ROOT
from tests.checkpoints.zero_folder import save_model, save_optimizer
from workbench.checkpoints.model_files import open_folder

_RANKS = 8
_LAYERS, _HIDDEN, _INTERMEDIATE, _VOCABULARY = 16, 2048, 8192, 92_544
_WAYS = ("workbench", "deepspeed")
_SHARE_OF_MEMORY = 1 / 3


@dataclass(frozen=True)
class _Run:
    seconds: float
    seconds_on_disk: float
    peak_bytes: int


def measure(settings: Settings) -> list[Figure]:
    """Both ways in turn, each in a process of its own."""
    short = settings.seconds < Settings.seconds
    return _measured(2 if short else _LAYERS, 1 if short else min(settings.runs, 3), None)


def _measured(layers: int, runs: int, place: Path | None) -> list[Figure]:
    shapes = _shapes(layers)
    with tempfile.TemporaryDirectory(prefix="workbench-bench-", dir=place) as name:
        folder = _write_folder(Path(name) / "global_step3", shapes)
        taken: dict[str, list[_Run]] = {way: [] for way in _WAYS}
        for _number in range(runs):
            for way in _WAYS:
                taken[way].append(_run(way, folder, Path(name) / way))
            _check_equal(Path(name), shapes)
            for way in _WAYS:
                shutil.rmtree(Path(name) / way)
    return _figures(taken, sum(map(math.prod, shapes.values())))


def _shapes(layers: int) -> dict[str, torch.Size]:
    sizes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (_VOCABULARY, _HIDDEN)}
    for layer in range(layers):
        before = f"model.layers.{layer}."
        sizes |= {f"{before}self_attn.{part}_proj.weight": (_HIDDEN, _HIDDEN) for part in "qkvo"}
        sizes |= {f"{before}mlp.{part}_proj.weight": (_INTERMEDIATE, _HIDDEN) for part in ("gate", "up")}
        sizes |= {f"{before}mlp.down_proj.weight": (_HIDDEN, _INTERMEDIATE), f"{before}norm.weight": (_HIDDEN,)}
    sizes |= {"model.norm.weight": (_HIDDEN,), "lm_head.weight": (_VOCABULARY, _HIDDEN)}
    return {name: torch.Size(size) for name, size in sizes.items()}


def _write_folder(folder: Path, shapes: dict[str, torch.Size]) -> Path:
    """Random master weights, rank by rank; the moments of the optimiser, which neither way reads, are left out."""
    folder.mkdir()
    length = sum(math.ceil(math.prod(shape) / _RANKS) for shape in shapes.values())
    for rank in range(_RANKS):
        torch.manual_seed(rank)
        save_optimizer(folder, torch.rand(length), stage=3, rank=rank, ranks=_RANKS)
        save_model(folder, shapes, stage=3, rank=rank, ranks=_RANKS)
    return folder


def _run(way: str, folder: Path, target: Path) -> _Run:
    for path in folder.iterdir():
        _forget(path)
    command = (sys.executable, "-m", "tests.bench.checkpoints.zero_task", way, folder, target)
    environment = os.environ | {"DS_ACCELERATOR": "cpu", "HF_HUB_OFFLINE": "1"}
    output = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    return _Run(**json.loads(output.splitlines()[-1]))


def _forget(path: Path) -> None:
    """Put a file on the disk and out of the memory that caches it, so that each way reads it from the disk."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _check_equal(folder: Path, shapes: dict[str, torch.Size]) -> None:
    """Both ways must have made the same; looked at in a few tensors."""
    stored = [open_folder(folder / way).stored for way in _WAYS]
    assert stored[0].keys() == stored[1].keys() == shapes.keys()
    for name in ("model.layers.1.mlp.up_proj.weight", "model.norm.weight"):
        assert torch.equal(stored[0][name].load(), stored[1][name].load())


def _figures(taken: dict[str, list[_Run]], parameters: int) -> list[Figure]:
    peaks = {way: [run.peak_bytes / 1e6 for run in runs] for way, runs in taken.items()}
    seconds = {way: [run.seconds for run in runs] for way, runs in taken.items()}
    size = f"{parameters / 1e9:.1f} billion parameters, {_RANKS} ranks"
    other = "DeepSpeed's"
    memory = Figure(f"DeepSpeed's script, most memory, {size}", peaks["deepspeed"], "MB")
    time = Figure("DeepSpeed's script, time", seconds["deepspeed"], "s")
    return [
        _beside("workbench, most memory", peaks["workbench"], "MB", memory.value, _SHARE_OF_MEMORY, other),
        memory,
        _beside("workbench, time", seconds["workbench"], "s", time.value, 1.0, other),
        time,
        Figure(
            "DeepSpeed's script, until its files are on the disk",
            [run.seconds_on_disk for run in taken["deepspeed"]],
            "s",
        ),
    ]


def _beside(what: str, samples: Sequence[float], unit: str, base: float, share: float, of: str) -> Figure:
    figure = Figure(what, samples, unit, Target(round(share * base, 1)))
    return Figure(what, samples, unit, figure.target, times(figure.value, base, of))


ZERO = Measurement(
    "zero",
    "DeepSpeed's shards to safetensors",
    how="A ZeRO-3 folder of 8 ranks with random fp32 master weights becomes fp32 safetensors of at most 2 GB, by "
    "workbench and by DeepSpeed's own zero_to_fp32, in turn, each in a new process and with the folder's files out of "
    "the page cache. Memory is the most that was resident in the process, time that of the call without the imports before it.",
    limits="workbench also waits until each file is on the disk, reads it back and compares its checksum, which "
    "DeepSpeed does not. The optimiser's moments, which neither reads, are not in the files.",
    run=measure,
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.checkpoints.zero", description=__doc__)
    parser.add_argument("--layers", type=int, default=_LAYERS, help="16 are about 1.5 billion parameters")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="for the files, about 12 bytes a parameter")
    arguments = parser.parse_args()
    print(table(Outcome(ZERO, _measured(arguments.layers, arguments.runs, arguments.folder))))


if __name__ == "__main__":
    main()
