"""Which layers of a model get an adapter, or are trained whole beside it."""

from __future__ import annotations

import re
from typing import Any

import torch

from workbench.configs.method_settings import ALL_LINEAR, LoraSettings
from workbench.errors import WorkbenchError
from workbench.i18n import _


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


def targets_of(model: Any, settings: LoraSettings, within: str) -> str | list[str]:
    """The layers that get an adapter: the last parts of their names, or a pattern for the whole of them.

    Args:
        within: a regular expression for what stands before the last part; empty for all of the model.

    Raises:
        WorkbenchError: the settings name a layer that the model does not have.
    """
    asked = settings.target_modules
    if isinstance(asked, str) and asked != ALL_LINEAR:
        _require_pattern(model, asked)
        return asked
    names = linear_layer_names(model, within or ".*") if asked is None or isinstance(asked, str) else asked
    require_layers(model, "lora.target_modules", names)
    return f"{within}(?:{'|'.join(map(re.escape, names))})" if within else names


def require_layers(model: Any, field: str, wanted: list[str]) -> None:
    """Raise if the model lacks one: peft passes over a name that no layer has, as long as another one fits."""
    names = [name for name, _module in model.named_modules()]
    unknown = [want for want in wanted if not any(name == want or name.endswith(f".{want}") for name in names)]
    if unknown:
        known = ", ".join(linear_layer_names(model))
        raise WorkbenchError(
            _("The model has no layer {names}.").format(names=", ".join(unknown)),
            where=field,
            fix=_("Linear layers of this model: {names}.").format(names=known),
        )


def _require_pattern(model: Any, pattern: str) -> None:
    if not any(re.fullmatch(pattern, name) for name, _module in model.named_modules()):
        raise WorkbenchError(
            _("The pattern {pattern} fits no layer of the model.").format(pattern=pattern),
            where="lora.target_modules",
            fix=_("It must fit a whole name, for example .*({names}).").format(
                names="|".join(linear_layer_names(model))
            ),
        )
