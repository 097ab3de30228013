"""Writing an adapter folder that peft loads, from the tensors of a training."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch

from workbench.checkpoints.stored import LazyTensor
from workbench.checkpoints.weight_writing import PlannedTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _

LORA_MARK = ".lora_"
_FACTOR = re.compile(r"(.+)\.lora_([AB])(?:\.[^.]+)?\.weight")
_ADAPTER_NAME = re.compile(r"\.default(?=\.|$)")


def is_adapter(names: Mapping[str, object]) -> bool:
    """Whether these tensors are those of an adapter."""
    return any(LORA_MARK in name for name in names)


def adapter_tensors(tensors: Mapping[str, LazyTensor]) -> dict[str, LazyTensor]:
    """The tensors of an adapter under peft's names on disk, which lack the adapter's own name ``default``.

    What a module trained whole was before the training is left out.
    """
    return {
        _ADAPTER_NAME.sub("", name.replace(".modules_to_save.default.", ".")): tensor
        for name, tensor in tensors.items()
        if ".original_module." not in name
    }


def lora_settings(tensors: Mapping[str, LazyTensor], settings: Mapping[str, Any], base: str | None) -> dict[str, Any]:
    """What peft needs to load an adapter: the settings it was trained by, and the modules that have one."""
    modules = {match[1].rsplit(".", 1)[-1] for name in tensors if (match := _FACTOR.fullmatch(name))}
    return {
        "peft_type": "LORA",
        "task_type": None,
        "base_model_name_or_path": base,
        "target_modules": sorted(modules),
        "inference_mode": True,
        **settings,
    }


def check_lora(tensors: Mapping[str, LazyTensor], rank: int | None, where: Path) -> None:
    """Raise unless each module has both factors, of the rank that the settings name.

    Raises:
        WorkbenchError: names the first tensor that is wrong, and the shapes.
    """
    factors: dict[str, dict[str, LazyTensor]] = {}
    for name, tensor in tensors.items():
        if match := _FACTOR.fullmatch(name):
            factors.setdefault(match[1], {})[match[2]] = tensor
    for module, parts in factors.items():
        if len(parts) != 2:
            there, missing = ("A", "B") if "A" in parts else ("B", "A")
            raise WorkbenchError(
                _("{module} has a lora_{there}, but no lora_{missing}.").format(
                    module=module, there=there, missing=missing
                ),
                where=str(where),
                fix=_("The file is not complete; take another checkpoint."),
            )
        ranks = parts["A"].shape[0], parts["B"].shape[1]
        if len(set(ranks)) != 1 or (rank is not None and ranks[0] != rank):
            raise WorkbenchError(
                _("{module} has a LoRA of the shapes {one} and {other}, but the config says r = {rank}.").format(
                    module=module, one=list(parts["A"].shape), other=list(parts["B"].shape), rank=rank
                ),
                where=str(where),
                fix=_("Name the config that it was trained with."),
            )


def finish_adapter(folder: Path, settings: Mapping[str, Any]) -> None:
    """Give the one weight file of a folder the name that peft looks for, and write ``adapter_config.json``."""
    for stem, suffix in (("model", "safetensors"), ("pytorch_model", "bin")):
        if (folder / f"{stem}.{suffix}").is_file():
            (folder / f"{stem}.{suffix}").rename(folder / f"adapter_model.{suffix}")
    (folder / "adapter_config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def planned(tensors: Mapping[str, LazyTensor], dtype: torch.dtype | None = None) -> list[PlannedTensor]:
    """The tensors as the writer wants them, each read when its turn comes; floating-point ones in ``dtype``."""
    return [
        PlannedTensor(name, tensor.shape, wanted, partial(tensor.load, wanted))
        for name, tensor in tensors.items()
        for wanted in (dtype if dtype is not None and tensor.dtype.is_floating_point else tensor.dtype,)
    ]
