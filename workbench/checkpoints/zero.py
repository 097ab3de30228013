"""DeepSpeed ZeRO checkpoints: from the shards of any number of ranks back to whole tensors.

Format (DeepSpeed's checkpoint layout, as its ``zero_to_fp32`` documents in code): ``*_model_states.pt`` names the
trained parameters with their shapes, group by group; ``*_optim_states.pt`` of each rank holds its part of the fp32
master weights as flat vectors.

Stages 1 and 2: the flat vectors of all ranks joined are the group's parameters one after another, padded at the end to
a multiple of 2 × ranks. Stage 3: each parameter is cut into as many equal parts as there are ranks (the last one padded),
and a rank's vectors joined hold its part of each parameter in turn.

Parameters that were not trained may be saved along: whole with stages 1 and 2, cut as the others with stage 3.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.checkpoints.stored import LazyTensor, Values, pieces_of, values_of
from workbench.checkpoints.zero_files import RankFile, ZeroFiles, open_zero_files
from workbench.errors import WorkbenchError
from workbench.i18n import _

_VECTORS = {1: "single_partition_of_fp32_groups", 2: "single_partition_of_fp32_groups", 3: "fp32_flat_groups"}


@dataclass(frozen=True)
class ZeroShards:
    """An opened checkpoint; tensors stay on disk until they are loaded.

    ``trained``: the fp32 master weights; ``others``: what was saved along, frozen parameters and buffers.
    """

    stage: int
    ranks: int
    trained: dict[str, LazyTensor]
    others: dict[str, LazyTensor]
    files: list[Path]
    model_state: dict[str, Any]


def shard_folder(checkpoint: Path) -> Path | None:
    """The folder with the shards of a checkpoint: itself, or its newest ``global_step…``; None if it has none."""
    if any(checkpoint.glob("*_optim_states.pt")):
        return checkpoint
    newest = sorted(checkpoint.glob("global_step*"), key=lambda path: int(re.sub(r"\D", "", path.name) or 0))
    return newest[-1] if newest else None


def open_shards(folder: Path) -> ZeroShards:
    """Open the shards of a folder.

    Raises:
        WorkbenchError: a rank's file is missing, a file is damaged, the files are of different saves, or it is no ZeRO
            checkpoint.
    """
    files = open_zero_files(folder)
    shapes = [_shapes(group) for group in files.models[0].state["param_shapes"]]
    vectors = [_vectors(rank, files.stage) for rank in files.optimizers]
    if files.stage == 3:
        trained = _stage_3({name: shape for group in shapes for name, shape in group.items()}, vectors, folder)
    else:
        paddings = files.optimizers[0].state["optimizer_state_dict"].get("param_alignment_paddings")
        trained = _stages_1_and_2(shapes, vectors, paddings, folder)
    others = _buffers(files.models[0]) | _frozen(files)
    shared = dict(files.models[0].state.get("shared_params") or {})
    for known in (trained, others):
        known |= {name: known[source] for name, source in shared.items() if source in known}
    return ZeroShards(files.stage, len(vectors), trained, others, files.paths, files.models[0].state)


def moments_in(folder: Path) -> dict[str, dict[str, LazyTensor]]:
    """AdamW's two moments of every trained weight: ``exp_avg`` and ``exp_avg_sq`` → name → tensor, fp32.

    Raises:
        WorkbenchError: as `open_shards`, or the optimiser was another one.
    """
    files = open_zero_files(folder)
    shapes = [_shapes(group) for group in files.models[0].state["param_shapes"]]
    paddings = files.optimizers[0].state["optimizer_state_dict"].get("param_alignment_paddings")
    found = {}
    for key in ("exp_avg", "exp_avg_sq"):
        vectors = [_moments(file, key) for file in files.optimizers]
        if files.stage == 3:
            found[key] = _stage_3({name: shape for group in shapes for name, shape in group.items()}, vectors, folder)
        else:
            found[key] = _stages_1_and_2(shapes, vectors, paddings, folder)
    return found


def _moments(file: RankFile, key: str) -> list[Values]:
    """One moment of a rank, one vector a group."""
    state = file.state["optimizer_state_dict"]
    inner = state.get("base_optimizer_state") or state.get("optimizer_state_dict") or {}
    groups: Any = inner.get("state") if isinstance(inner, dict) else None
    try:
        return [values_of(file.path, groups[number][key]) for number in sorted(groups)]
    except (TypeError, KeyError, AttributeError) as error:
        raise WorkbenchError(
            _("The optimiser of this checkpoint has no {key}: it is not AdamW.").format(key=key),
            where=str(file.path),
            fix=_("Go on with the number of processes and the DeepSpeed preset that it was saved with."),
        ) from error


def _shapes(group: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(shape) for name, shape in group.items()}


def _vectors(rank: RankFile, stage: int) -> list[Values]:
    """The fp32 vectors of a rank, one a group."""
    vectors = [values_of(rank.path, tensor) for tensor in rank.state["optimizer_state_dict"][_VECTORS[stage]]]
    wrong = next((vector.dtype for vector in vectors if not vector.dtype.is_floating_point), None)
    if wrong is not None:
        raise WorkbenchError(
            _("The master weights should be floating-point numbers, but are {dtype}.").format(dtype=wrong),
            where=str(rank.path),
            fix=_("Take another checkpoint."),
        )
    return vectors


def _stages_1_and_2(
    shapes: list[dict[str, tuple[int, ...]]], vectors: list[list[Values]], paddings: Any, folder: Path
) -> dict[str, LazyTensor]:
    tensors: dict[str, LazyTensor] = {}
    for number, group in enumerate(shapes):
        parts = [rank[number] for rank in vectors]
        gaps = paddings[number] if paddings else [0] * len(group)
        sizes = [math.prod(shape) for shape in group.values()]
        _check_filled(sum(sizes) + sum(gaps), _length(parts), 2 * len(vectors), folder)
        offset = 0
        for (name, shape), size, gap in zip(group.items(), sizes, gaps, strict=True):
            tensors[name] = LazyTensor(shape, parts[0].dtype, pieces_of(parts, offset, size))
            offset += size + gap
    return tensors


def _stage_3(shapes: dict[str, tuple[int, ...]], vectors: list[list[Values]], folder: Path) -> dict[str, LazyTensor]:
    parts = {name: math.ceil(math.prod(shape) / len(vectors)) for name, shape in shapes.items()}
    shortest = min(_length(rank) for rank in vectors)
    _check_filled(sum(parts.values()), shortest, 2 * len(vectors), folder)
    tensors: dict[str, LazyTensor] = {}
    offset = 0
    for name, shape in shapes.items():
        tensors[name] = _gathered(shape, vectors, offset)
        offset += parts[name]
    return tensors


def _gathered(shape: tuple[int, ...], vectors: Sequence[Sequence[Values]], offset: int) -> LazyTensor:
    """A tensor that was cut into as many equal parts as there are ranks; each begins at the offset in its rank."""
    size = math.prod(shape)
    part = math.ceil(size / len(vectors))
    pieces = [
        piece
        for rank, values in enumerate(vectors)
        for piece in pieces_of(values, offset, max(0, min(part, size - rank * part)))
    ]
    return LazyTensor(shape, vectors[0][0].dtype, tuple(pieces))


def _length(parts: Sequence[Values]) -> int:
    return sum(math.prod(part.shape) for part in parts)


def _check_filled(used: int, available: int, alignment: int, folder: Path) -> None:
    """The parameters must fill the vectors up to the padding; anything else means the files do not fit together."""
    if math.ceil(used / alignment) != math.ceil(available / alignment):
        raise WorkbenchError(
            _("The shards hold {available} values, but the parameters need {used}.").format(
                available=available, used=used
            ),
            where=str(folder),
            fix=_("They seem to come from different saves; take another checkpoint."),
        )


def _buffers(model: RankFile) -> dict[str, LazyTensor]:
    module = model.state.get("module") or {}
    return {
        name: LazyTensor.whole(model.path, module[name])
        for name in model.state.get("buffer_names") or ()
        if name in module
    }


def _frozen(files: ZeroFiles) -> dict[str, LazyTensor]:
    """Parameters that were not trained but saved along."""
    shapes = _shapes(files.models[0].state.get("frozen_param_shapes") or {})
    fragments = files.models[0].state.get("frozen_param_fragments") or {}
    there = [name for name in shapes if name in fragments]
    if files.stage != 3:
        return {name: LazyTensor.whole(files.models[0].path, fragments[name]) for name in there}
    return {
        name: _gathered(
            shapes[name],
            [[values_of(model.path, model.state["frozen_param_fragments"][name])] for model in files.models],
            0,
        )
        for name in there
    }
