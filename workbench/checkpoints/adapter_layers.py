"""What an adapter makes of one module of its base: peft's own layer, built around that module alone, merges it.

So every kind of adapter comes out as peft's ``merge_and_unload`` of the whole model gives it, bit for bit, while one
module is in memory.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import fields
from operator import ge
from typing import Any

import torch
from peft import PeftModel, get_peft_model_state_dict, set_peft_model_state_dict
from peft.mapping import PEFT_TYPE_TO_CONFIG_MAPPING
from torch import nn
from transformers.pytorch_utils import Conv1D

from workbench.checkpoints.adapter import Adapter
from workbench.checkpoints.lora_product import add_product
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

_KEPT_SETTINGS = {
    *("r", "alpha", "lora_alpha", "rank_pattern", "alpha_pattern", "use_rslora", "use_dora", "lora_bias"),
    *("fan_in_fan_out", "init_lora_weights", "use_effective_conv2d", "decompose_both", "decompose_factor"),
    *("oft_block_size", "coft", "eps", "block_share", "use_cayley_neumann", "num_cayley_neumann_terms"),
    *("boft_block_size", "boft_block_num", "boft_n_butterfly_factor", "apply_GS", "mini_r", "init_weights"),
    *("n_frequency", "n_frequency_pattern", "scaling", "random_loc_seed", "block_size", "block_size_pattern"),
    *("gralora_k", "hybrid_r", "delora_lambda", "lambda_pattern"),
    *("wavelet_family", "use_idwt", "proportional_parameters"),
    *("projection_prng_key", "save_projection", "d_initial"),
}
"""The settings that the merged weight depends on; all others, which could name modules or code, are left out."""
_CONVOLUTIONS: dict[int, type[nn.Conv1d | nn.Conv2d | nn.Conv3d]] = {3: nn.Conv1d, 4: nn.Conv2d, 5: nn.Conv3d}
_FACTORS = ("lora_A.weight", "lora_B.weight")
_RESIDUAL = re.compile(r"pissa|olora", re.IGNORECASE)


def merged_module(
    adapter: Adapter, module: str, weight: torch.Tensor, bias: torch.Tensor | None, device: str = "cpu"
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """A module's weight and bias with what the adapter adds to them.

    Args:
        module: its name as the adapter has it.
        weight: it is written into.

    Raises:
        WorkbenchError: peft cannot merge it.
    """
    if device == "cpu" and _is_plain(adapter, module, weight):
        factors = {name: adapter.parts[module][name].load(torch.float32) for name in _FACTORS}
        add_product(weight, factors[_FACTORS[0]], factors[_FACTORS[1]], _scaling(adapter, module, tuple(weight.shape)))
        return weight, None
    layer = _layer(adapter, module, weight.to(device), None if bias is None else bias.to(device))
    state = {name: tensor.load().to(device) for name, tensor in _named(adapter, module).items()}
    state |= {name: _own_part(name, shared.load(), layer).to(device) for name, shared in adapter.shared.items()}
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = _adapted(adapter, module, layer)
            set_peft_model_state_dict(model, state)
            del state
            model.merge_and_unload()
    except (ValueError, RuntimeError, NotImplementedError, KeyError, TypeError, AttributeError) as error:
        raise _unmergeable(adapter, module, error) from error
    merged_bias = None if layer.bias is None else layer.bias.detach()
    return layer.weight.detach(), merged_bias


def _is_plain(adapter: Adapter, module: str, weight: torch.Tensor) -> bool:
    """Whether only the product of two factors is added, to a weight that is not turned round."""
    settings, is_matrix = adapter.settings, weight.dim() == len(_FACTORS)
    if settings["peft_type"] != "LORA" or settings.get("use_dora") or settings.get("fan_in_fan_out"):
        return False
    return is_matrix and set(adapter.parts[module]) == set(_FACTORS) and not _changes_base(adapter)


def _changes_base(adapter: Adapter) -> bool:
    """Whether training began by taking from the base what it put into the factors."""
    return _RESIDUAL.match(str(adapter.settings.get("init_lora_weights"))) is not None


def _scaling(adapter: Adapter, module: str, shape: tuple[int, ...]) -> float:
    """What peft multiplies the product by."""
    layer = _layer(adapter, module, torch.empty(shape, device="meta"), None)
    model = _adapted(adapter, module, layer, empty=True)
    scaling: dict[str, float] = model.base_model.model.get_submodule(module).scaling
    return scaling["default"]


def check_module(adapter: Adapter, module: str, shape: tuple[int, ...]) -> None:
    """Raise if the adapter's tensors do not fit a module whose weight has this shape; nothing is computed.

    Raises:
        WorkbenchError: names the first tensor that does not fit and both shapes.
    """
    bias = torch.empty(shape[0], device="meta") if adapter.settings.get("lora_bias") else None
    layer = _layer(adapter, module, torch.empty(shape, device="meta"), bias)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wanted = get_peft_model_state_dict(_adapted(adapter, module, layer, empty=True))
    except (ValueError, RuntimeError, NotImplementedError, KeyError, TypeError, AttributeError) as error:
        raise _unmergeable(adapter, module, error) from error
    held = _named(adapter, module) | adapter.shared
    for name, tensor in wanted.items():
        if name not in held:
            raise WorkbenchError(
                _("The adapter's weights are incomplete: {name} is missing.").format(name=printable(name)),
                where=str(adapter.folder),
                fix=_("The folder is not complete; copy it again from where it was trained."),
            )
        is_shared_by_larger = name in adapter.shared and all(map(ge, held[name].shape, tensor.shape))
        if held[name].shape != tuple(tensor.shape) and not is_shared_by_larger:
            raise WorkbenchError(
                _(
                    "The adapter does not fit the base: {name} has the shape {one}, but {module} of the base, "
                    "which is {base}, needs {other}."
                ).format(
                    name=printable(name),
                    one=list(held[name].shape),
                    module=printable(module),
                    base=list(shape),
                    other=list(tensor.shape),
                ),
                where=str(adapter.folder),
                fix=_("Name the base model that adapter_config.json names."),
            )


def _named(adapter: Adapter, module: str) -> dict[str, Any]:
    """The module's tensors under the names that peft gives them in a model of this module alone."""
    return {f"base_model.model.{module}.{rest}": tensor for rest, tensor in adapter.parts[module].items()}


def _own_part(name: str, shared: torch.Tensor, layer: Any) -> torch.Tensor:
    """A module's part of one of VeRA's random matrices, A or B (arXiv:2310.11454): as wide or as high as its weight."""
    turned = isinstance(layer, Conv1D)
    rows, columns = reversed(layer.weight.shape) if turned else layer.weight.shape
    return shared[:, :columns] if name.endswith("A") else shared[:rows]


def _layer(adapter: Adapter, module: str, weight: torch.Tensor, bias: torch.Tensor | None) -> Any:
    """An empty torch layer of the kind that the module is, holding the given tensors themselves."""
    layer = _empty_layer(adapter, module, tuple(weight.shape), bias is not None)
    layer.weight = nn.Parameter(weight, requires_grad=False)
    layer.bias = None if bias is None else nn.Parameter(bias, requires_grad=False)
    return layer


def _empty_layer(adapter: Adapter, module: str, shape: tuple[int, ...], has_bias: bool) -> Any:
    if any("embedding" in rest for rest in adapter.parts[module]):
        layer = nn.Embedding(shape[0], shape[1], device="meta")
        layer.register_parameter("bias", None)
        return layer
    if len(shape) in _CONVOLUTIONS:
        return _CONVOLUTIONS[len(shape)](shape[1], shape[0], shape[2:], bias=has_bias, device="meta")  # type: ignore[arg-type]
    if len(shape) != 2:
        raise _unmergeable(adapter, module, ValueError(f"{len(shape)} dimensions"))
    if adapter.settings.get("fan_in_fan_out"):
        with torch.device("meta"):
            return Conv1D(shape[1], shape[0])
    return nn.Linear(shape[1], shape[0], bias=has_bias, device="meta")


def _adapted(adapter: Adapter, module: str, layer: nn.Module, *, empty: bool = False) -> PeftModel:
    """A model of the one module with peft's layer around it; ``empty``: without values, only for its shapes."""
    config = PEFT_TYPE_TO_CONFIG_MAPPING[adapter.settings["peft_type"]]
    known = {field.name for field in fields(config)} & _KEPT_SETTINGS
    settings = {key: value for key, value in adapter.settings.items() if key in known}
    if "init_lora_weights" in settings and (empty or not _changes_base(adapter)):
        settings["init_lora_weights"] = False
    if adapter.settings["peft_type"] == "IA3":
        settings["feedforward_modules"] = [module] if _is_feedforward(adapter, module) else []
    torch.manual_seed(0)  # some ways to begin draw random numbers; the result must not depend on when it is made
    root, last = _containers(module)
    last.add_module(module.rpartition(".")[2], layer)
    peft_config = config(**settings, target_modules=[module], inference_mode=True)
    return PeftModel(root, peft_config, low_cpu_mem_usage=empty)


def _containers(module: str) -> tuple[nn.Module, nn.Module]:
    """Nested empty modules, so that the settings' patterns see the module's whole name: the outermost, the innermost."""
    root = innermost = nn.Module()
    for name in module.split(".")[:-1]:
        inner = nn.Module()
        innermost.add_module(name, inner)
        innermost = inner
    return root, innermost


def _is_feedforward(adapter: Adapter, module: str) -> bool:
    named = adapter.settings.get("feedforward_modules") or []
    if isinstance(named, str):
        return re.fullmatch(named, module) is not None
    return any(module == name or module.endswith(f".{name}") for name in named)


def _unmergeable(adapter: Adapter, module: str, error: Exception) -> WorkbenchError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return WorkbenchError(
        _("The adapter cannot be merged into {module}: {reason}").format(
            module=printable(module), reason=printable(reason[:300])
        ),
        where=str(adapter.folder),
        fix=_("Use the adapter beside its base: workbench chat BASE --adapter FOLDER."),
    )
