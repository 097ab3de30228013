"""The files of a DeepSpeed ZeRO checkpoint: all ranks' there, of one and the same save, read without their values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from workbench.checkpoints.pickles import Inert, read_structure
from workbench.checkpoints.stored import LazyTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

_RANK = re.compile(r"(?:[a-z0-9]+_)?zero_pp_rank_(\d+)_mp_rank_(\d+)_optim_states\.pt")
_STAGES = (1, 2, 3)
_COUNTERS = ("global_steps", "global_samples", "skipped_steps", "ds_version", "dp_world_size")
"""What the model states of all ranks of one save have in common."""


@dataclass(frozen=True)
class RankFile:
    """A file and its content; the tensors in it have no values."""

    path: Path
    state: dict[str, Any]


@dataclass(frozen=True)
class ZeroFiles:
    """``optimizers``: one a rank; ``models``: one, or with stage 3 one a rank."""

    stage: int
    optimizers: list[RankFile]
    models: list[RankFile]

    @property
    def paths(self) -> list[Path]:
        return [file.path for file in (*self.optimizers, *self.models)]


def open_zero_files(folder: Path) -> ZeroFiles:
    """Read the files of all ranks.

    Raises:
        WorkbenchError: a rank's file is missing, a file is damaged, the files are of different saves, or it is no ZeRO
            checkpoint.
    """
    by_rank = _files_by_rank(folder)
    optimizers = [RankFile(by_rank[rank], _optimizer_state(by_rank[rank])) for rank in sorted(by_rank)]
    first = optimizers[0]
    expected = _rank_count(first.state["optimizer_state_dict"])
    _require_ranks(folder, by_rank, expected)
    stage = stage_of(first)
    _require_one_save(optimizers, _optimizer_facts)
    names = [_model_name(stage, rank) for rank in range(expected if stage == 3 else 1)]
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise _missing_ranks(folder, expected, missing)
    models = [_model_state(folder / name) for name in names]
    _require_one_save(models, _model_facts)
    return ZeroFiles(stage, optimizers, models)


def stage_of(file: RankFile) -> int:
    """The ZeRO stage of a rank's optimiser state; DeepSpeed notes a number or an object of its own.

    Raises:
        WorkbenchError: it is none that is known.
    """
    stage = file.state["optimizer_state_dict"]["zero_stage"]
    value = stage.values[0] if isinstance(stage, Inert) and stage.values else stage
    if value not in _STAGES:
        raise WorkbenchError(
            _("ZeRO stage {stage} is not known.").format(stage=printable(str(value))),
            where=str(file.path),
            fix=_("Stages 1, 2 and 3 are read."),
        )
    return int(value)


def _files_by_rank(folder: Path) -> dict[int, Path]:
    found: dict[int, Path] = {}
    for path in sorted(folder.glob("*_optim_states.pt")):
        match = _RANK.fullmatch(path.name)
        if match is None or int(match[2]) != 0:
            raise WorkbenchError(
                _("The model was cut across GPUs as well (model or pipeline parallel); that is not read."),
                where=str(path),
                fix=_("Save it with DeepSpeed's ZeRO alone."),
            )
        if int(match[1]) in found:
            raise WorkbenchError(
                _("There are two files of rank {rank}: {one} and {other}.").format(
                    rank=match[1], one=found[int(match[1])].name, other=path.name
                ),
                where=str(folder),
                fix=_("They seem to come from different saves; take another checkpoint."),
            )
        found[int(match[1])] = path
    if not found:
        raise WorkbenchError(
            _("There are no ZeRO shards (*_optim_states.pt)."),
            where=str(folder),
            fix=_("Name the folder that DeepSpeed wrote, such as iter_2181.pth/ or global_step80/."),
        )
    return found


def _require_ranks(folder: Path, by_rank: dict[int, Path], expected: int) -> None:
    missing = [_name_of_rank(by_rank, rank) for rank in range(expected) if rank not in by_rank]
    if missing:
        raise _missing_ranks(folder, expected, missing)
    if len(by_rank) > expected:
        raise WorkbenchError(
            _("The checkpoint was saved by {expected} ranks, but there are files of {found}.").format(
                expected=expected, found=len(by_rank)
            ),
            where=str(folder),
            fix=_("They seem to come from different saves; take another checkpoint."),
        )


def _missing_ranks(folder: Path, expected: int, missing: list[str]) -> WorkbenchError:
    return WorkbenchError(
        _("The checkpoint was saved by {expected} ranks, but files of some are missing: {missing}.").format(
            expected=expected, missing=", ".join(missing)
        ),
        where=str(folder),
        fix=_("Copy the files of all ranks into one folder, or take another checkpoint."),
    )


def _name_of_rank(files: dict[int, Path], rank: int) -> str:
    """What the file of a rank would be called, from those that are there."""
    other, path = next(iter(files.items()))
    return path.name.replace(f"zero_pp_rank_{other}_", f"zero_pp_rank_{rank}_")


def _optimizer_state(path: Path) -> dict[str, Any]:
    content = read_structure(path)
    state = content.get("optimizer_state_dict") if isinstance(content, dict) else None
    if not isinstance(state, dict) or not {"zero_stage", "partition_count"} <= state.keys():
        raise WorkbenchError(
            _("This file is no part of a ZeRO checkpoint."),
            where=str(path),
            fix=_("Take the file as DeepSpeed wrote it, or another checkpoint."),
        )
    return dict(content)


def _rank_count(state: dict[str, Any]) -> int:
    count = state["partition_count"]
    return int(max(count) if isinstance(count, list) else count)


def _model_name(stage: int, rank: int) -> str:
    return f"zero_pp_rank_{rank}_mp_rank_00_model_states.pt" if stage == 3 else "mp_rank_00_model_states.pt"


def _model_state(path: Path) -> RankFile:
    state = read_structure(path)
    if not isinstance(state, dict) or not isinstance(state.get("param_shapes"), list) or not state["param_shapes"]:
        raise WorkbenchError(
            _("This file is no part of a ZeRO checkpoint."),
            where=str(path),
            fix=_("Take the file as DeepSpeed wrote it, or another checkpoint."),
        )
    return RankFile(path, state)


def _optimizer_facts(file: RankFile) -> dict[str, object]:
    state = file.state["optimizer_state_dict"]
    inner = state.get("base_optimizer_state", state.get("optimizer_state_dict"))
    return {
        "ds_version": file.state.get("ds_version"),
        "zero_stage": stage_of(file),
        "partition_count": _rank_count(state),
        "step": sorted(set(_steps(inner, file.path))),
    }


def _steps(node: Any, path: Path) -> Iterator[float]:
    """The numbers of optimiser steps that an optimiser's state notes, anywhere in it."""
    if isinstance(node, list | tuple):
        for item in node:
            yield from _steps(item, path)
    elif isinstance(node, dict):
        for key, item in node.items():
            if key != "step":
                yield from _steps(item, path)
            elif isinstance(item, torch.Tensor):
                yield float(LazyTensor.whole(path, item).load())
            elif isinstance(item, int | float):
                yield float(item)


def _model_facts(file: RankFile) -> dict[str, object]:
    facts: dict[str, object] = {name: file.state.get(name) for name in _COUNTERS}
    shapes = [(name, tuple(shape)) for group in file.state["param_shapes"] for name, shape in group.items()]
    return facts | {"param_shapes": shapes}


def _require_one_save(files: list[RankFile], facts_of: Callable[[RankFile], dict[str, object]]) -> None:
    first = facts_of(files[0])
    for file in files[1:]:
        facts = facts_of(file)
        differing = next((name for name, value in facts.items() if value != first[name]), None)
        if differing is not None:
            raise WorkbenchError(
                _("The files come from different saves: {name} differs between {one} and {other}{values}.").format(
                    name=differing,
                    one=files[0].path.name,
                    other=file.path.name,
                    values=_both(first[differing], facts[differing]),
                ),
                where=str(file.path),
                fix=_("Copy all files of one save again, or take another checkpoint."),
            )


def _both(one: object, other: object) -> str:
    """Two values that differ, if they are short enough to be told."""
    text = printable(f" ({one} / {other})")
    return text if len(text) < 100 else ""
