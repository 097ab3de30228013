"""Which layers of a model get an adapter, or are trained whole beside it."""

from __future__ import annotations

import re
from typing import Any

import torch

from workbench.configs.layer_rules import LayerNames, require_layers, require_targets
from workbench.configs.method_settings import ALL_LINEAR, LoraSettings


def linear_layer_names(model: Any, within: str = ".*") -> list[str]:
    """The last name part of every linear layer but the output head, or that for scores, sorted.

    Args:
        within: a regular expression for what stands before that part.
    """
    heads = (model.get_output_embeddings(), getattr(model, "score", None))
    names = {
        name.rsplit(".", 1)[-1]
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear)
        and all(module is not head for head in heads)
        and re.fullmatch(within, name.removesuffix(name.rsplit(".", 1)[-1]))
    }
    return sorted(names)


def names_of(model: Any) -> LayerNames:
    """The names that a config may use of a model."""
    return LayerNames(
        parameters=tuple(name for name, _parameter in model.named_parameters()),
        modules=tuple(name for name, _module in model.named_modules()),
        linear=tuple(linear_layer_names(model)),
    )


def targets_of(model: Any, settings: LoraSettings, within: str) -> str | list[str]:
    """The layers that get an adapter: the last parts of their names, or a pattern for the whole of them.

    Args:
        within: a regular expression for what stands before the last part; empty for all of the model.

    Raises:
        WorkbenchError: the settings name a layer that the model does not have.
    """
    asked, known = settings.target_modules, names_of(model)
    require_targets(known, asked)
    if isinstance(asked, str) and asked != ALL_LINEAR:
        return asked
    names = linear_layer_names(model, within or ".*") if asked is None or isinstance(asked, str) else asked
    require_layers(known, "lora.target_modules", names)
    return f"{within}(?:{'|'.join(map(re.escape, names))})" if within else names
