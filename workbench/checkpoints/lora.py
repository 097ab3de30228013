"""What a LoRA adapter adds to the weights of its base, tensor by tensor."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from workbench.checkpoints.model_files import readable
from workbench.checkpoints.pickles import read_tensors
from workbench.errors import WorkbenchError
from workbench.i18n import _

_PREFIX = "base_model.model."
_FACTOR = re.compile(r"(.+)\.lora_([AB])(?:\.default)?\.weight$")
_WHOLE = re.compile(r"(.+?)(?:\.modules_to_save(?:\.default)?)?\.(weight|bias)$")


@dataclass
class LoraAdapter:
    """An adapter read whole (adapters are small).

    ``factors``: module name → (A ``[r, in]``, B ``[out, r]``); ``whole``: weights trained whole, by parameter name.
    """

    config: dict[str, Any]
    factors: dict[str, tuple[torch.Tensor, torch.Tensor]]
    whole: dict[str, torch.Tensor]

    def delta(self, module: str) -> torch.Tensor:
        """What is added to a module's weight: ``B @ A`` scaled (arXiv:2106.09685), computed as peft does."""
        first, second = self.factors[module]
        half = first.dtype in {torch.float16, torch.bfloat16}
        product = (second.float() @ first.float()) if half else second @ first
        scaled = (product.T if self.config.get("fan_in_fan_out") else product) * self.scaling(module, first.shape[0])
        return scaled.to(first.dtype)

    def scaling(self, module: str, rank: int) -> float:
        """``alpha / r``, or ``alpha / sqrt(r)`` for rank-stabilised LoRA (arXiv:2312.03732)."""
        alpha = _by_pattern(self.config.get("alpha_pattern") or {}, module, self.config["lora_alpha"])
        return float(alpha / (math.sqrt(rank) if self.config.get("use_rslora") else rank))


def _by_pattern(patterns: dict[str, Any], module: str, default: Any) -> Any:
    """peft's rule: a key fits if it is the end of the module's name."""
    return next((value for key, value in patterns.items() if re.match(rf"(.*\.)?({key})$", module)), default)


def read_adapter(folder: Path) -> LoraAdapter:
    """Read an adapter folder.

    Raises:
        WorkbenchError: it holds no adapter, or one of a kind that cannot be merged here.
    """
    config = _config(folder)
    tensors = _tensors(folder)
    factors: dict[str, dict[str, torch.Tensor]] = {}
    whole: dict[str, torch.Tensor] = {}
    for name, tensor in tensors.items():
        plain = name.removeprefix(_PREFIX)
        if match := _FACTOR.match(plain):
            factors.setdefault(match[1], {})[match[2]] = tensor
        elif ".lora_" not in plain and (match := _WHOLE.match(plain)):
            whole[f"{match[1]}.{match[2]}"] = tensor
        else:
            raise WorkbenchError(
                _("The adapter has a part that cannot be merged: {name}.").format(name=name), where=str(folder)
            )
    pairs = {module: (parts["A"], parts["B"]) for module, parts in factors.items() if len(parts) == 2}
    if len(pairs) != len(factors) or not (pairs or whole):
        raise WorkbenchError(_("The adapter's weights are incomplete."), where=str(folder))
    return LoraAdapter(config, pairs, whole)


def _config(folder: Path) -> dict[str, Any]:
    path = folder / "adapter_config.json"
    try:
        config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WorkbenchError(
            _("The folder holds no adapter: adapter_config.json is missing or damaged."),
            where=str(folder),
            fix=_("Name the folder that 'workbench convert' made, or a checkpoint folder of a LoRA training."),
        ) from error
    if config.get("peft_type") != "LORA" or config.get("use_dora") or config.get("lora_bias"):
        kind = "DoRA" if config.get("use_dora") else str(config.get("peft_type"))
        raise WorkbenchError(_("Adapters of the kind {kind} cannot be merged yet.").format(kind=kind), where=str(path))
    return config


def _tensors(folder: Path) -> dict[str, torch.Tensor]:
    if (folder / "adapter_model.safetensors").is_file():
        with readable(folder / "adapter_model.safetensors") as stream:
            return {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118 - not a mapping
    if (folder / "adapter_model.bin").is_file():
        tensors: dict[str, torch.Tensor] = read_tensors(folder / "adapter_model.bin")
        return tensors
    raise WorkbenchError(_("The adapter's weights are missing."), where=str(folder))
