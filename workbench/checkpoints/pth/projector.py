"""The projector between a vision tower and a language model.

Fields of ``config.json``: those of XTuner's model type ``projector``, which XTuner registers itself when it loads one.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from workbench.checkpoints.adapter_files import planned
from workbench.checkpoints.pth.bases import find_base
from workbench.checkpoints.pth.context import Context, PlannedFolder
from workbench.checkpoints.pth.vision import vision_config
from workbench.checkpoints.stored import LazyTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable


def projector(context: Context) -> PlannedFolder:
    """The projector's own folder.

    Raises:
        WorkbenchError: a layer is missing or surplus, or its shape fits neither its neighbours nor the models around.
    """
    tensors = context.parts.projector
    settings = projector_settings(context)
    return PlannedFolder("projector", planned(tensors), partial(_finish, settings=settings))


def projector_settings(context: Context) -> dict[str, Any]:
    """What the tensors say of the projector.

    Raises:
        WorkbenchError: as `projector`.
    """
    tensors, where = context.parts.projector, context.request.pth
    depth = sum(name.endswith(".weight") for name in tensors)
    has_bias = any(name.endswith(".bias") for name in tensors)
    first = tensors.get("model.0.weight")
    sizes = first.shape if first is not None and len(first.shape) == 2 else (0, 0)
    expected = _expected(depth, has_bias, sizes)
    for name in [*expected, *tensors]:
        there, wanted = tensors.get(name), expected.get(name)
        if there is None or there.shape != wanted:
            raise _misfit(f"projector.{name}", there, wanted, where)
    if depth != context.model.projector_depth and context.request.config is not None:
        raise WorkbenchError(
            _("The projector has {found} layers, but the config says {expected}.").format(
                found=depth, expected=context.model.projector_depth
            ),
            where=str(where),
            fix=_("Name the config that it was trained with."),
        )
    _check_models_around(context, sizes)
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


def _expected(depth: int, has_bias: bool, sizes: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    """Linear layers stand at the even places; activations, which have no weights, between them."""
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


def _check_models_around(context: Context, sizes: tuple[int, ...]) -> None:
    language, vision = find_base(context.model.llm), find_base(context.model.visual_encoder)
    around = (
        (sizes[0], language.config().get("hidden_size") if language else None, context.model.llm),
        (sizes[1], vision_config(vision).get("hidden_size") if vision else None, context.model.visual_encoder),
    )
    for found, expected, name in around:
        if expected is not None and found != expected:
            raise WorkbenchError(
                _("The projector was made for a model of the width {found}, but {name} has {expected}.").format(
                    found=found, name=name, expected=expected
                ),
                where=str(context.request.pth),
                fix=_("Name the models that it was trained with."),
            )


def _finish(folder: Path, settings: dict[str, Any]) -> None:
    (folder / "config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
