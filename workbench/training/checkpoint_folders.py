"""Checkpoint folders on disk: which there are, and whether all of each is there. Light: reads headers only."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.stop import resume_command
from workbench.training.manifest import what_is_damaged
from workbench.weights.seeing import LLAVA_PARTS, is_seeing_folder

_NAME = re.compile(r"checkpoint-(\d+)")
_WEIGHTS = ("*.safetensors", "*.bin")


def checkpoint_name(step: int) -> str:
    """The folder name of the checkpoint after so many optimiser steps."""
    return f"checkpoint-{step}"


def step_of(folder: Path) -> int | None:
    """The optimiser step of a checkpoint folder, by its name; None if it is not called like one."""
    match = _NAME.fullmatch(folder.name)
    return int(match[1]) if match else None


def checkpoint_folders(parent: Path) -> list[Path]:
    """The checkpoint folders in a folder, complete or not, in the order of their steps."""
    if not parent.is_dir():
        return []
    found = [(step, path) for path in parent.iterdir() if path.is_dir() and (step := step_of(path)) is not None]
    return [path for _step, path in sorted(found)]


def resume_hint(job: JobFolder) -> str:
    """The command that goes on with a run which has ended, in a sentence."""
    if checkpoint_folders(job.checkpoints_path):
        return _("Go on from the last checkpoint: {command}").format(command=resume_command(job))
    return _("No checkpoint was saved yet; begin again: {command}").format(command=resume_command(job))


def is_checkpoint(folder: Path) -> bool:
    """Whether a training saved this folder, complete or not; an adapter or model that was made of one is none."""
    return (folder / "trainer_state.json").is_file() or has_zero_shards(folder)


def what_is_missing(folder: Path) -> str | None:
    """The file that keeps a training from going on from a checkpoint, or None if everything is there and whole."""
    try:
        state = json.loads((folder / "trainer_state.json").read_bytes())
        step = int(state["global_step"])
    except (OSError, ValueError, KeyError, TypeError):
        return "trainer_state.json"
    weights = _weights(folder)
    if is_seeing_folder(folder):
        weights += [path for part in LLAVA_PARTS for path in _weights(folder / part)]
    if not weights:
        return "*.safetensors"
    needed = [*_indexed(folder), *_sharded_files(folder, step), folder / "scheduler.pt", *_random_states(folder)]
    return next((path.name for path in (*weights, *needed) if not _is_whole(path)), None)


def _weights(folder: Path) -> list[Path]:
    return [path for pattern in _WEIGHTS for path in folder.glob(pattern) if path.name != "training_args.bin"]


def what_is_wrong(folder: Path) -> str | None:
    """As `what_is_missing`, and the file whose content is not that which was saved: reads the files."""
    return what_is_missing(folder) or what_is_damaged(folder)


def require_complete(folder: Path) -> Path:
    """The folder, if a training can go on from it.

    Raises:
        WorkbenchError: a file is missing, cut off or damaged.
    """
    missing = what_is_wrong(folder)
    if missing is None:
        return folder
    raise WorkbenchError(
        _("The training cannot go on from this folder: {file} is missing, cut off or damaged.").format(file=missing),
        where=str(folder),
        fix=_("Name another checkpoint, or take the newest complete one: --resume auto."),
    )


def last_complete(parent: Path) -> tuple[Path | None, list[tuple[Path, str]]]:
    """The newest whole checkpoint of a folder, and the newer ones that lack something, each with the file."""
    torn: list[tuple[Path, str]] = []
    for folder in reversed(checkpoint_folders(parent)):
        missing = what_is_wrong(folder)
        if missing is None:
            return folder, torn
        torn.append((folder, missing))
    return None, torn


def has_zero_shards(folder: Path) -> bool:
    """Whether DeepSpeed saved a checkpoint's optimiser state."""
    return (folder / "latest").is_file() or any(folder.glob("global_step*"))


def rank_count(folder: Path) -> int:
    """How many processes saved a checkpoint."""
    random_states = list(folder.glob("rng_state_*.pth"))
    shards = {path.name for path in folder.glob("global_step*/*zero_pp_rank_*_optim_states.pt")}
    return max(len(random_states), len(shards), 1)


def _indexed(folder: Path) -> list[Path]:
    """The weight files that an index beside them names; a damaged index counts as one that is not whole."""
    names: set[Path] = set()
    for index in folder.glob("*.index.json"):
        try:
            names |= {folder / name for name in json.loads(index.read_bytes())["weight_map"].values()}
        except (ValueError, KeyError, AttributeError, TypeError):
            return [index]
    return sorted(names)


def _sharded_files(folder: Path, step: int) -> list[Path]:
    """The optimiser's state: one file, or with DeepSpeed one of every rank beside the model's (ZeRO-3: one each)."""
    if not has_zero_shards(folder):
        return [folder / "optimizer.pt"]
    shards = folder / f"global_step{step}"
    ranks = range(rank_count(folder))
    optimizers = [_one(shards, f"*zero_pp_rank_{rank}_mp_rank_00_optim_states.pt") for rank in ranks]
    if any(shards.glob("*zero_pp_rank_*_model_states.pt")):
        return [*(_one(shards, f"*zero_pp_rank_{rank}_mp_rank_00_model_states.pt") for rank in ranks), *optimizers]
    return [_one(shards, "*_model_states.pt"), *optimizers]


def _one(folder: Path, pattern: str) -> Path:
    """A file that matches; a path that does not exist if none does."""
    return next(iter(sorted(folder.glob(pattern))), folder / pattern)


def _random_states(folder: Path) -> list[Path]:
    count = rank_count(folder)
    return [folder / f"rng_state_{rank}.pth" for rank in range(count)] if count > 1 else [folder / "rng_state.pth"]


def _is_whole(path: Path) -> bool:
    """Whether a file is there and ends where its own header says: both formats can tell a file that was cut."""
    if not path.is_file():
        return False
    return _safetensors_is_whole(path) if path.suffix == ".safetensors" else zipfile.is_zipfile(path)


def _safetensors_is_whole(path: Path) -> bool:
    """8 bytes length of the header, the header as JSON, then data up to the largest ``data_offsets`` end."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        header_length = int.from_bytes(stream.read(8), "little")
        if not 0 < header_length <= size - 8:
            return False
        try:
            header = json.loads(stream.read(header_length))
        except ValueError:
            return False
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    return size == 8 + header_length + max(ends, default=0)
