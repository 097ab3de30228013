"""DeepSpeed ZeRO checkpoints: from the shards of any number of ranks back to whole fp32 tensors.

Format (DeepSpeed's checkpoint layout, as its ``zero_to_fp32`` documents in code): ``*_model_states.pt`` names the
trained parameters with their shapes, group by group; ``*_optim_states.pt`` of each rank holds its part of the fp32
master weights as flat vectors.

Stages 1 and 2: the flat vectors of all ranks joined are the group's parameters one after another, padded at the end to
a multiple of 2 × ranks. Stage 3: each parameter is cut into as many equal parts as there are ranks (the last one padded),
and a rank's vector holds its part of each parameter in turn.

Frozen parameters and buffers are not read: training left them as they are in the base.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from workbench.checkpoints.pickles import Inert, read_tensors
from workbench.errors import WorkbenchError
from workbench.i18n import _

_RANK = re.compile(r"zero_pp_rank_(\d+)_mp_rank_00_optim_states\.pt$")


@dataclass(frozen=True)
class ZeroShards:
    """An opened checkpoint. ``flat[rank]``: the rank's fp32 vectors, one a group."""

    stage: int
    shapes: list[dict[str, torch.Size]]
    flat: list[list[torch.Tensor]]
    paddings: list[list[int]] | None
    shared: dict[str, str]

    @property
    def total_bytes(self) -> int:
        """Size of the whole tensors."""
        return 4 * sum(shape.numel() for group in self.shapes for shape in group.values())

    @property
    def ranks(self) -> int:
        return len(self.flat)

    def tensors(self) -> Iterator[tuple[str, torch.Tensor]]:
        """Every trained parameter by name, whole, fp32; names that share a parameter come last."""
        seen: dict[str, torch.Tensor] = {}
        for name, tensor in self._stage_3() if self.stage == 3 else self._stages_1_and_2():
            seen[name] = tensor
            yield name, tensor
        for name, source in self.shared.items():
            if source in seen:
                yield name, seen[source]

    def _stages_1_and_2(self) -> Iterator[tuple[str, torch.Tensor]]:
        for group, shapes in enumerate(self.shapes):
            whole = torch.cat([vectors[group] for vectors in self.flat])
            paddings = self.paddings[group] if self.paddings else [0] * len(shapes)
            sizes = [shape.numel() for shape in shapes.values()]
            _check_filled(sum(sizes) + sum(paddings), whole.numel(), 2 * self.ranks)
            offset = 0
            for (name, shape), size, padding in zip(shapes.items(), sizes, paddings, strict=True):
                yield name, whole[offset : offset + size].view(shape)
                offset += size + padding

    def _stage_3(self) -> Iterator[tuple[str, torch.Tensor]]:
        vectors = [torch.cat(groups) for groups in self.flat]
        shapes = [item for group in self.shapes for item in group.items()]
        parts = [math.ceil(shape.numel() / self.ranks) for _name, shape in shapes]
        _check_filled(sum(parts), min(vector.numel() for vector in vectors), 2 * self.ranks)
        offset = 0
        for (name, shape), part in zip(shapes, parts, strict=True):
            whole = torch.cat([vector[offset : offset + part] for vector in vectors])
            yield name, whole[: shape.numel()].view(shape)
            offset += part


def _check_filled(used: int, available: int, alignment: int) -> None:
    """The parameters must fill the vectors up to the padding; anything else means the files do not fit together."""
    if math.ceil(used / alignment) != math.ceil(available / alignment):
        raise WorkbenchError(
            _("The shards hold {available} values, but the parameters need {used}.").format(
                available=available, used=used
            ),
            fix=_("They seem to come from different saves; take another checkpoint."),
        )


def shard_folder(checkpoint: Path) -> Path | None:
    """The folder with the shards of a checkpoint: itself, or its newest ``global_step…``; None if it has none."""
    if any(checkpoint.glob("*_optim_states.pt")):
        return checkpoint
    newest = sorted(checkpoint.glob("global_step*"), key=lambda path: int(re.sub(r"\D", "", path.name) or 0))
    return newest[-1] if newest else None


def open_shards(folder: Path) -> ZeroShards:
    """Open the shards of a folder; tensors stay on disk until they are asked for.

    Raises:
        WorkbenchError: a rank's file is missing, a file is damaged, or it is no ZeRO checkpoint.
    """
    files = _files_by_rank(folder)
    states = [_optimizer_state(files[rank]) for rank in sorted(files)]
    expected = _rank_count(states[0])
    missing = [_name_of_rank(files, rank) for rank in range(expected) if rank not in files]
    if missing:
        raise WorkbenchError(
            _("The checkpoint was saved by {expected} ranks, but files of some are missing: {missing}.").format(
                expected=expected, missing=", ".join(missing)
            ),
            where=str(folder),
            fix=_("Copy the files of all ranks into one folder, or take another checkpoint."),
        )
    if len(files) > expected:
        raise WorkbenchError(
            _("The checkpoint was saved by {expected} ranks, but there are files of {found}.").format(
                expected=expected, found=len(files)
            ),
            where=str(folder),
            fix=_("They seem to come from different saves; take another checkpoint."),
        )
    stage = _stage(states[0], folder)
    model = _model_state(folder, stage)
    key = "fp32_flat_groups" if stage == 3 else "single_partition_of_fp32_groups"
    return ZeroShards(
        stage=stage,
        shapes=[{name: torch.Size(shape) for name, shape in group.items()} for group in model["param_shapes"]],
        flat=[list(state[key]) for state in states],
        paddings=states[0].get("param_alignment_paddings"),
        shared=dict(model.get("shared_params") or {}),
    )


def _files_by_rank(folder: Path) -> dict[int, Path]:
    found = {int(match[1]): path for path in folder.glob("*_optim_states.pt") if (match := _RANK.search(path.name))}
    if not found:
        raise WorkbenchError(_("There are no ZeRO shards (*_optim_states.pt)."), where=str(folder))
    return found


def _name_of_rank(files: dict[int, Path], rank: int) -> str:
    """What the file of a rank would be called, from those that are there."""
    other, path = next(iter(files.items()))
    return path.name.replace(f"zero_pp_rank_{other}_", f"zero_pp_rank_{rank}_")


def _optimizer_state(path: Path) -> dict[str, Any]:
    state = read_tensors(path).get("optimizer_state_dict")
    if not isinstance(state, dict) or "zero_stage" not in state:
        raise WorkbenchError(_("This file is no part of a ZeRO checkpoint."), where=str(path))
    return state


def _rank_count(state: dict[str, Any]) -> int:
    count = state["partition_count"]
    return int(max(count) if isinstance(count, list) else count)


def _stage(state: dict[str, Any], folder: Path) -> int:
    stage = state["zero_stage"]
    value = int(stage.values[0]) if isinstance(stage, Inert) else int(stage)
    if value not in {1, 2, 3}:
        raise WorkbenchError(_("ZeRO stage {stage} is not known.").format(stage=value), where=str(folder))
    return value


def _model_state(folder: Path, stage: int) -> dict[str, Any]:
    name = "zero_pp_rank_0_mp_rank_00_model_states.pt" if stage == 3 else "mp_rank_00_model_states.pt"
    path = folder / name
    if not path.is_file():
        raise WorkbenchError(_("The checkpoint lacks {name}.").format(name=name), where=str(folder))
    state = read_tensors(path)
    if not isinstance(state, dict) or "param_shapes" not in state:
        raise WorkbenchError(_("This file is no part of a ZeRO checkpoint."), where=str(path))
    return state
