"""The projector between a vision tower and a language model: linear layers at the even places, activations between.

Fields of ``config.json``: those of XTuner's model type ``projector``, which XTuner registers itself when it loads one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.checkpoints.stored import LazyTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable


def settings_of(tensors: Mapping[str, LazyTensor], where: Path) -> dict[str, Any]:
    """What the tensors say of the projector.

    Raises:
        WorkbenchError: a layer is missing or surplus, or its shape does not fit its neighbours.
    """
    depth = sum(name.endswith(".weight") for name in tensors)
    has_bias = any(name.endswith(".bias") for name in tensors)
    first = tensors.get("model.0.weight")
    sizes = first.shape if first is not None and len(first.shape) == 2 else (0, 0)
    expected = _expected(depth, has_bias, sizes)
    for name in [*expected, *tensors]:
        there, wanted = tensors.get(name), expected.get(name)
        if there is None or there.shape != wanted:
            raise _misfit(f"projector.{name}", there, wanted, where)
    return {
        "architectures": ["ProjectorModel"],
        "model_type": "projector",
        "visual_hidden_size": sizes[1],
        "llm_hidden_size": sizes[0],
        "depth": depth,
        "hidden_act": "gelu",
        "bias": has_bias,
        "torch_dtype": str(next(iter(tensors.values())).dtype).removeprefix("torch."),
    }


def check_widths(
    settings: Mapping[str, Any],
    language: tuple[Mapping[str, Any], str | None],
    vision: tuple[Mapping[str, Any], str | None],
    where: Path,
) -> None:
    """Raise unless the models around have the widths that the projector was made for.

    Args:
        language: the model's config and its name; what it does not say is not checked. ``vision`` likewise.

    Raises:
        WorkbenchError: names the first that does not fit, and both widths.
    """
    for key, (config, name) in (("llm_hidden_size", language), ("visual_hidden_size", vision)):
        expected = config.get("hidden_size")
        if expected is not None and settings[key] != expected:
            raise WorkbenchError(
                _("The projector was made for a model of the width {found}, but {name} has {expected}.").format(
                    found=settings[key], name=name, expected=expected
                ),
                where=str(where),
                fix=_("Name the models that it was trained with."),
            )


def _expected(depth: int, has_bias: bool, sizes: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for number in range(depth):
        shapes[f"model.{2 * number}.weight"] = (sizes[0], sizes[1] if number == 0 else sizes[0])
        if has_bias:
            shapes[f"model.{2 * number}.bias"] = (sizes[0],)
    return shapes


def _misfit(name: str, there: LazyTensor | None, wanted: tuple[int, ...] | None, where: Path) -> WorkbenchError:
    return WorkbenchError(
        _("The projector does not fit together: {name} is {found}, but should be {expected}.").format(
            name=printable(name),
            found=list(there.shape) if there is not None else _("missing"),
            expected=list(wanted) if wanted is not None else _("absent"),
        ),
        where=str(where),
        fix=_("The file is not complete; take another checkpoint."),
    )
