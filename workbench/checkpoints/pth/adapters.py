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
from workbench.checkpoints.planned_folder import PlannedFolder
from workbench.checkpoints.pth.bases import find_base
from workbench.checkpoints.pth.context import Context
from workbench.checkpoints.stored import LazyTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

_PREFIX = "base_model.model."
_FACTOR = re.compile(r"(.+)\.lora_A\.weight")
_PART = re.compile(r".+\.lora_(?:[AB]|embedding_[AB]|magnitude_vector)(?:\.default)?(?:\.weight|\.bias)?")
_WHOLE = re.compile(r"([^.]+)\.modules_to_save\.")
_FIRST_FACTORS = (".lora_A.weight", ".lora_embedding_A")
_VOCABULARY = ("embed_tokens.weight", "tok_embeddings.weight", "lm_head.weight", "output.weight")
"""What peft saves along with an adapter if the vocabulary grew."""
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
    where = context.request.pth
    settings = settings | _whole_modules(trained, settings, where)
    tensors = adapter_tensors(trained)
    _refuse_strays(trained, settings, where)
    has_one_rank = not any(settings.get(key) for key in _ONLY_SOME)
    check_lora(tensors, settings.get("r") if has_one_rank else None, where)
    if has_one_rank:
        _check_layers(tensors, where)
    if (files := find_base(base)) is not None:
        _check_base(tensors, files, where, everywhere=has_one_rank)
    rank = next((tensor.shape[0] for name, tensor in tensors.items() if name.endswith(_FIRST_FACTORS)), None)
    if rank is None:
        raise WorkbenchError(
            _("The checkpoint holds parts of an adapter, but none of its lora_A."),
            where=str(where),
            fix=_("The file is not complete; take another checkpoint."),
        )
    given = {key: value for key, value in settings.items() if key != "target_modules" or value}
    complete = lora_settings(tensors, {"r": rank, **given}, base)
    return PlannedFolder(name, planned(tensors, dtype), partial(finish_adapter, settings=complete))


def _whole_modules(trained: Mapping[str, LazyTensor], settings: dict[str, Any], where: Path) -> dict[str, Any]:
    """``modules_to_save``: as the config says, or else the modules that the checkpoint holds whole.

    Raises:
        WorkbenchError: the config trains one whole that the checkpoint does not hold.
    """
    held = sorted({match[1] for name in trained if (match := _WHOLE.search(name))})
    named = settings.get("modules_to_save") or []
    absent = [module for module in named if module not in held]
    if absent:
        raise WorkbenchError(
            _("The config trains {names} whole (modules_to_save), but the checkpoint does not hold it.").format(
                names=printable(", ".join(map(str, absent)))
            ),
            where=str(where),
            fix=_("Name the config that it was trained with."),
        )
    return {"modules_to_save": sorted({*named, *held})} if held else {}


def _refuse_strays(trained: Mapping[str, LazyTensor], settings: dict[str, Any], where: Path) -> None:
    """Raise if a tensor is no part of an adapter: peft would pass over it in silence."""
    has_biases = settings.get("bias", "none") != "none"
    for name, tensor in trained.items():
        known = _PART.fullmatch(name) or _WHOLE.search(name) or ".original_module." in name
        if not known and not name.endswith(_VOCABULARY) and not (has_biases and name.endswith(".bias")):
            raise WorkbenchError(
                _("The tensor {name} {shape} is no part of an adapter that is known here.").format(
                    name=printable(name), shape=list(tensor.shape)
                ),
                where=str(where),
                fix=_("Name the config that it was trained with, or take the file as the training saved it."),
            )


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
    for name, tensor in tensors.items():
        wanted = base.stored.get(name.removeprefix(_PREFIX))
        grew = name.endswith(_VOCABULARY) and wanted is not None and tensor.shape[1:] == wanted.shape[1:]
        if wanted is not None and tensor.shape != wanted.shape and not grew:
            raise WorkbenchError(
                _("The adapter was made for another base: {module} is {one} there, and {other} here.").format(
                    module=printable(name), one=list(tensor.shape), other=list(wanted.shape)
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
