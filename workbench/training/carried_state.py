"""DeepSpeed's optimiser state, carried from the shards of one layout into a run of another one.

The shards of any ZeRO stage and number of processes are read as whole tensors by the names of their weights
(`workbench.checkpoints.zero`), and each process takes from them what is its share under the stage and the number of
processes of now. AdamW's state is all of it: fp32 weights, both moments, and the number of steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch

from workbench.checkpoints.zero import moments_in, open_shards, shard_folder
from workbench.checkpoints.zero_files import open_zero_files
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.training.checkpoint_folders import has_zero_shards, rank_count, step_of
from workbench.training.ranks import rank, world_size

MOMENTS = ("exp_avg", "exp_avg_sq")


def fits(checkpoint: Path, stage: int) -> bool:
    """Whether DeepSpeed itself can load a checkpoint of its own: it was saved in the layout of now."""
    folder = shard_folder(checkpoint)
    if not has_zero_shards(checkpoint) or folder is None:
        return True
    return rank_count(checkpoint) == world_size() and open_zero_files(folder).stage == stage


def carry_over(engine: Any, scheduler: Any, checkpoint: Path) -> None:
    """Give DeepSpeed's engine the state of a checkpoint of another layout; all processes call it.

    Raises:
        WorkbenchError: the optimiser is none whose state can be carried over, or the shards are damaged.
    """
    optimizer = engine.optimizer
    inner = optimizer.optimizer
    folder, step = shard_folder(checkpoint), step_of(checkpoint) or 0
    if not isinstance(inner, torch.optim.Adam) or folder is None:
        raise WorkbenchError(
            _("The state of this optimiser cannot be carried over to other processes or another ZeRO stage."),
            where=str(checkpoint),
            fix=_("Go on with the number of processes and the DeepSpeed preset that it was saved with."),
        )
    is_sharded = engine.zero_optimization_partition_weights()
    flats = optimizer.fp32_partitioned_groups_flat if is_sharded else optimizer.single_partition_of_fp32_groups
    for flat in flats:
        inner.state[flat] = {"step": torch.tensor(float(step))} | {name: torch.zeros_like(flat) for name in MOMENTS}
    trained, moments = open_shards(folder).trained, moments_in(folder)
    parts = {id(parameter): part for parameter, part in _shares(optimizer, inner)} if not is_sharded else {}
    for name, parameter in engine.module.named_parameters():
        if not parameter.requires_grad:
            continue
        whole = {None: trained[name].load(torch.float32)} | {
            key: moments[key][name].load(torch.float32) for key in MOMENTS
        }
        _set_weight(parameter, whole[None], is_sharded=is_sharded)
        for key, value in whole.items():
            if is_sharded:
                optimizer.set_local_hp_param(_own_part(value, parameter), parameter, key)
            elif (part := parts.get(id(parameter))) is not None:
                part.take(key, value)
    _go_on_at(engine, scheduler, checkpoint, step)


class _Share:
    """What this process holds of a weight's state under ZeRO-1 and 2: a stretch of a flat vector."""

    def __init__(self, flat: torch.Tensor, state: dict[str, torch.Tensor], mapping: Any) -> None:
        self._vectors: dict[str | None, torch.Tensor] = {None: flat.data, **{name: state[name] for name in MOMENTS}}
        self._weight, self._flat = mapping.lp_fragment_address, mapping.hp_fragment_address

    def take(self, key: str | None, whole: torch.Tensor) -> None:
        """Copy this process's stretch of the fp32 weight (None) or of a moment."""
        own = whole.flatten().narrow(0, self._weight.start, self._weight.numel)
        self._vectors[key].narrow(0, self._flat.start, self._flat.numel).copy_(own)


def _shares(optimizer: Any, inner: Any) -> Iterator[tuple[Any, _Share]]:
    groups = zip(optimizer.bit16_groups, optimizer.single_partition_of_fp32_groups, strict=True)
    for parameters, flat in groups:
        for parameter in parameters:
            if getattr(parameter, "_hp_mapping", None) is not None:
                yield parameter, _Share(flat, inner.state[flat], parameter._hp_mapping)


def _own_part(whole: torch.Tensor, parameter: Any) -> torch.Tensor:
    """Under ZeRO-3: this process's of as many equal parts as there are processes, the last one filled up."""
    size = parameter.ds_tensor.numel()
    flat = whole.flatten()
    filled = torch.nn.functional.pad(flat, (0, size * world_size() - flat.numel()))
    return filled.narrow(0, size * rank(), size)


def _set_weight(parameter: Any, value: torch.Tensor, *, is_sharded: bool) -> None:
    """The weight that is computed with, which may be kept in half precision."""
    import deepspeed

    whole = deepspeed.zero.GatheredParameters([parameter], modifier_rank=0) if is_sharded else nullcontext()
    with whole:
        if not is_sharded or rank() == 0:
            parameter.data.copy_(value)


def _go_on_at(engine: Any, scheduler: Any, checkpoint: Path, step: int) -> None:
    """Set the counters and the schedule."""
    engine.global_steps, engine.global_samples = step, step * engine.train_batch_size()
    engine.micro_steps = step * engine.gradient_accumulation_steps()
    scheduler.load_state_dict(torch.load(checkpoint / "scheduler.pt", weights_only=True))
    for group, lr in zip(engine.optimizer.param_groups, scheduler.get_last_lr(), strict=True):
        group["lr"] = lr
