"""Values that no model can compute with are refused, not handed on in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from workbench.checkpoints.weight_writing import PlannedTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

_FLOATS = {torch.float64, torch.float32, torch.float16, torch.bfloat16}


def require_floats(name: str, dtype: torch.dtype, where: Path) -> None:
    """Raise unless a trained tensor is of a number format that is trained in.

    Raises:
        WorkbenchError: names the tensor and its format.
    """
    if dtype not in _FLOATS:
        raise WorkbenchError(
            _("{name} should be floating-point numbers of 16 to 64 bits, but is {dtype}.").format(
                name=printable(name), dtype=dtype
            ),
            where=str(where),
            fix=_("Take the file as the training saved it, not one whose numbers were packed into fewer bits."),
        )


def is_finite(tensor: torch.Tensor) -> bool:
    """Whether all values are numbers, none of them infinite."""
    if not tensor.is_floating_point() or not tensor.numel():
        return True
    return all(bool(end.isfinite()) for end in torch.aminmax(tensor))  # both ends are NaN if any value is


def only_finite(
    plan: Iterable[PlannedTensor],
    where: Path,
    fix: str | None = None,
    *,
    but: Callable[[str], bool] = lambda _name: False,
) -> list[PlannedTensor]:
    """The tensors of a plan, each refused when it is made if a value in it is not finite.

    Args:
        fix: what to do where the number format is too narrow, if it can be.
        but: names whose values are let pass; asked only about those that are not finite.
    """
    return [replace(tensor, make=partial(_made, tensor, where, fix, but)) for tensor in plan]


def _made(planned: PlannedTensor, where: Path, fix: str | None, but: Callable[[str], bool]) -> torch.Tensor:
    tensor = planned.make()
    if not is_finite(tensor) and not but(planned.name):
        raise not_finite(planned.name, tensor, where, fix)
    return tensor


def not_finite(name: str, tensor: torch.Tensor, where: Path, fix: str | None = None) -> WorkbenchError:
    """The refusal of a tensor."""
    if fix is not None and tensor.dtype == torch.float16 and not bool(tensor.isnan().any()):
        return WorkbenchError(
            _("{name} has values that are too large for fp16.").format(name=printable(name)), where=str(where), fix=fix
        )
    return WorkbenchError(
        _("{name} has values that are no finite numbers: the training went wrong before it was saved.").format(
            name=printable(name)
        ),
        where=str(where),
        fix=_("Take an earlier checkpoint."),
    )
