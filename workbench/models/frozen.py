"""Training a part of a model's own weights: the last layers and what else is named; all others stay as they are."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import nn

from workbench.configs.layer_rules import fits_weight, require_blocks, require_weights
from workbench.configs.method_settings import FreezeSettings
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.adapter_layers import names_of


def freeze_all_but(
    model: Any, settings: FreezeSettings, frozen_dtype: torch.dtype, *, with_embeddings: bool = False
) -> None:
    """Freeze every weight but those that are to be trained, which come in fp32.

    Args:
        frozen_dtype: the number format of all others.
        with_embeddings: also train the embeddings and the output head.

    Raises:
        WorkbenchError: there are fewer layers, or a pattern fits no weight.
    """
    trained = _last_layers(model, settings.last_layers) if settings.last_layers else []
    if with_embeddings:
        ends = (model.get_input_embeddings(), model.get_output_embeddings())
        trained += [name for name, module in model.named_modules() if module in ends]
    require_weights(names_of(model), settings.modules)
    patterns = [re.compile(pattern) for pattern in (*map(re.escape, trained), *settings.modules)]
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(any(fits_weight(pattern, name) for pattern in patterns))
        parameter.data = parameter.data.to(torch.float32 if parameter.requires_grad else frozen_dtype)


def _last_layers(model: Any, count: int) -> list[str]:
    """The names of the last layers, and of the norm that follows them."""
    place, layers = _layer_list(model)
    require_blocks(count, len(layers))
    names = [f"{place}.{number}" for number in range(len(layers) - count, len(layers))]
    holder, _dot, own = place.rpartition(".")
    after = list(model.get_submodule(holder).named_children())
    after = after[[name for name, _module in after].index(own) + 1 :]
    norms = [name for name, module in after if "norm" in type(module).__name__.lower()]
    return names + [f"{holder}.{name}" if holder else name for name in norms]


def _layer_list(model: Any) -> tuple[str, nn.ModuleList]:
    """The list of the language model's layers and its name: the one list that is as long as the config says."""
    count = model.config.get_text_config().num_hidden_layers
    for name, module in model.named_modules():
        if isinstance(module, nn.ModuleList) and len(module) == count:
            return name, module
    raise WorkbenchError(
        _("The model's list of layers is not known."),
        where="freeze.last_layers",
        fix=_("Set it to 0 and name what is trained in freeze.modules, or take method: full."),
    )
