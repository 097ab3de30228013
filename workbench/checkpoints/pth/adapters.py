"""The adapter folders of a result."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch

from workbench.checkpoints.adapter_files import adapter_tensors, check_lora, finish_adapter, lora_settings, planned
from workbench.checkpoints.model_files import ModelFiles
from workbench.checkpoints.pth.bases import find_base
from workbench.checkpoints.pth.context import Context, PlannedFolder
from workbench.checkpoints.stored import LazyTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

_PREFIX = "base_model.model."
_FACTOR = re.compile(r"(.+)\.lora_A\.weight")
_NUMBER = re.compile(r"\.(\d+)\.")
_VISION = "vision_model."
_TEXT_OF_CLIP = ("text_model.", "text_projection")
_ONLY_SOME = ("layers_to_transform", "rank_pattern", "exclude_modules", "target_parameters")
"""Settings by which not every module of a name has an adapter, or not of the same rank."""


def language_adapter(context: Context) -> PlannedFolder:
    """The adapter of the language model: the result itself, or beside the other parts of a LLaVA model."""
    name = "llm_adapter" if context.has_images else ""
    settings = {"task_type": "CAUSAL_LM", **(context.model.llm_lora or {})}
    return _adapter(context, name, context.parts.llm, settings, context.model.llm or None, context.language_dtype)


def visual_adapter(context: Context) -> PlannedFolder:
    """The adapter of the vision tower."""
    return _adapter(
        context,
        "visual_encoder_adapter",
        context.parts.visual_encoder,
        context.model.visual_encoder_lora or {},
        context.model.visual_encoder,
        None,
    )


def _adapter(
    context: Context,
    name: str,
    trained: Mapping[str, LazyTensor],
    settings: dict[str, Any],
    base: str | None,
    dtype: torch.dtype | None,
) -> PlannedFolder:
    tensors = adapter_tensors(trained)
    where = context.request.pth
    has_one_rank = not any(settings.get(key) for key in _ONLY_SOME)
    check_lora(tensors, settings.get("r") if has_one_rank else None, where)
    if has_one_rank:
        _check_layers(tensors, where)
    if (files := find_base(base)) is not None:
        _check_base(tensors, files, where, everywhere=has_one_rank)
    first = next(tensor for name, tensor in tensors.items() if name.endswith(".lora_A.weight"))
    given = {key: value for key, value in settings.items() if key != "target_modules" or value}
    complete = lora_settings(tensors, {"r": first.shape[0], **given}, base)
    return PlannedFolder(name, planned(tensors, dtype), partial(finish_adapter, settings=complete))


def _modules(tensors: Mapping[str, LazyTensor]) -> dict[str, tuple[int, int]]:
    """Module → the shape of its weight, by the factors of its adapter."""
    return {
        match[1]: (tensors[f"{match[1]}.lora_B.weight"].shape[0], tensor.shape[1])
        for name, tensor in tensors.items()
        if (match := _FACTOR.fullmatch(name))
    }


def _check_layers(tensors: Mapping[str, LazyTensor], where: Path) -> None:
    """Raise if a layer lacks what the layers around it have: it would pass for one that was not trained.

    Raises:
        WorkbenchError: names the first module.
    """
    layers: dict[str, set[int]] = {}
    for module in _modules(tensors):
        if match := _NUMBER.search(module):
            layers.setdefault(f"{module[: match.start()]}.{{}}.{module[match.end() :]}", set()).add(int(match[1]))
    last = max((number for numbers in layers.values() for number in numbers), default=-1)
    for pattern, numbers in layers.items():
        missing = sorted(set(range(last + 1)) - numbers)
        if missing:
            raise _missing(pattern.format(missing[0]), where)


def _check_base(tensors: Mapping[str, LazyTensor], base: ModelFiles, where: Path, *, everywhere: bool) -> None:
    """Raise unless the adapter fits the base, and every module of the adapter's names has one.

    Raises:
        WorkbenchError: names the first module that does not fit, and both shapes.
    """
    shapes = {_plain(name).removesuffix(".weight"): tensor.shape for name, tensor in base.stored.items()}
    found = {_plain(module.removeprefix(_PREFIX)): shape for module, shape in _modules(tensors).items()}
    for module, shape in found.items():
        if shapes.get(module) not in {shape, shape[::-1]}:
            raise WorkbenchError(
                _("The adapter was made for another base: {module} is {one} there, and {other} here.").format(
                    module=printable(module), one=list(shape), other=list(shapes.get(module, ())) or _("missing")
                ),
                where=str(where),
                fix=_("Name the base that it was trained on: --base FOLDER."),
            )
    names = {module.rpartition(".")[2] for module in found}
    for module, extent in shapes.items() if everywhere else ():
        kind = module.rpartition(".")[2]
        if kind in names and len(extent) == 2 and module not in found and not module.startswith(_TEXT_OF_CLIP):
            raise _missing(module, where)


def _plain(name: str) -> str:
    return name.removeprefix(_VISION)


def _missing(module: str, where: Path) -> WorkbenchError:
    return WorkbenchError(
        _("The checkpoint has no adapter for {module}, though the others of its kind have one.").format(
            module=printable(module)
        ),
        where=str(where),
        fix=_("The file is not complete, or belongs to another base; weights that were never trained are not written."),
    )
