"""What a config may name of a model: layers for an adapter, layers and weights to be trained, by their names alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.configs.method_settings import ALL_LINEAR
from workbench.errors import WorkbenchError, nearest
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.configs.model_settings import Method
    from workbench.configs.schema import TrainConfig


_ENDS = {"embed_tokens", "lm_head"}
"""What has a row for each token, as the kinds of models whose names are known without loading them call it."""


@dataclass(frozen=True)
class LayerNames:
    """A model's whole names in memory.

    Args:
        linear: the last name part of every linear layer but the output head, or that for scores, sorted.
        blocks: how many layers stand one behind the other; None if that is not known.
    """

    parameters: tuple[str, ...]
    modules: tuple[str, ...]
    linear: tuple[str, ...]
    blocks: int | None = None


def require_parts(config: TrainConfig, names: LayerNames) -> None:
    """Hold what a config's method names against a model that reads text.

    Raises:
        WorkbenchError: the model has no such layer or weight.
    """
    if config.method == "freeze":
        if names.blocks is not None:
            require_blocks(config.freeze.last_layers, names.blocks)
        require_weights(names, config.freeze.modules)
    if config.has_adapter and config.adapter_name_or_path is None:
        require_targets(names, config.lora.target_modules)
        _require_matrices(names, config.lora.target_modules)
        require_saved(names, config.lora.modules_to_save, config.method)
        if config.new_tokens:
            ends = [name for name in names.modules if name.rpartition(".")[2] in _ENDS]
            require_rows(ends, config.lora.target_modules)


def require_targets(names: LayerNames, asked: str | list[str] | None) -> None:
    """Raise if no layer fits a pattern, or a name has no layer."""
    if isinstance(asked, list):
        require_layers(names, "lora.target_modules", asked)
    elif asked not in {None, ALL_LINEAR} and not any(re.fullmatch(str(asked), name) for name in names.modules):
        raise WorkbenchError(
            _("The pattern {pattern} fits no layer of the model.").format(pattern=asked),
            where="lora.target_modules",
            fix=_("It must fit a whole name, for example .*({names}).").format(names="|".join(names.linear)),
        )


def _require_matrices(names: LayerNames, asked: str | list[str] | None) -> None:
    """Raise if a name is that of a norm, or of a block: peft refuses it, but only when the model is loaded."""
    able = {*names.linear, *_ENDS}
    unable = [name for name in asked if name.rpartition(".")[2] not in able] if isinstance(asked, list) else []
    if unable:
        raise WorkbenchError(
            _("{names} cannot have an adapter.").format(names=", ".join(unable)),
            where="lora.target_modules",
            fix=_layers_said(names, "lora.target_modules"),
        )


def require_saved(names: LayerNames, saved: list[str] | None, method: Method) -> None:
    """Raise if the model lacks a layer that is to be trained whole, or qlora holds it in few bits."""
    require_layers(names, "lora.modules_to_save", saved or [])
    quantised = [name for name in saved or [] if name.rpartition(".")[2] in names.linear]
    if method == "qlora" and quantised:
        raise WorkbenchError(
            _("qlora holds {names} in few bits, which cannot be trained whole.").format(names=", ".join(quantised)),
            where="lora.modules_to_save",
            fix=_("Leave them out: they get an adapter. Or take method: lora."),
        )


def require_rows(ends: list[str], targets: str | list[str] | None) -> None:
    """Raise if an adapter is to go on what new tokens get rows in.

    Args:
        ends: whole names of the embeddings and the output head.
    """
    if targets is None or targets == ALL_LINEAR:
        return
    fits = re.compile(targets if isinstance(targets, str) else rf"(.*\.)?({'|'.join(map(re.escape, targets))})")
    both = [end.rpartition(".")[2] for end in ends if fits.fullmatch(end)]
    if both:
        raise WorkbenchError(
            _("{names} cannot have an adapter and rows for new_tokens.").format(names=", ".join(both)),
            where="lora.target_modules",
            fix=_("Leave it out, or train it whole: lora.modules_to_save."),
        )


def require_layers(names: LayerNames, field: str, wanted: list[str]) -> None:
    """Raise if the model lacks one: peft passes over a name that no layer has, as long as another one fits."""
    unknown = [want for want in wanted if not any(name == want or name.endswith(f".{want}") for name in names.modules)]
    if unknown:
        raise WorkbenchError(
            _("The model has no layer {names}.").format(names=", ".join(unknown)),
            where=field,
            fix=_layers_said(names, field),
        )


def _layers_said(names: LayerNames, field: str) -> str:
    """What the field may name: an adapter goes on linear layers, but any that has weights can be trained whole."""
    if field != "lora.modules_to_save":
        return _("Linear layers of this model: {names}.").format(names=", ".join(names.linear))
    owners = {name.rpartition(".")[0].rpartition(".")[2] for name in names.parameters}
    return _("Layers of this model: {names}.").format(names=", ".join(sorted(owners - {""})))


def require_blocks(asked: int, count: int) -> None:
    """Raise if more of the last layers are to be trained than there are."""
    if asked > count:
        raise WorkbenchError(
            _("The model has {count} layers.").format(count=count),
            where="freeze.last_layers",
            fix=_("Set it to at most {count}, or train every weight: method: full.").format(count=count),
        )


def require_weights(names: LayerNames, patterns: list[str]) -> None:
    """Raise if a pattern fits no weight."""
    for pattern in patterns:
        if any(fits_weight(re.compile(pattern), name) for name in names.parameters):
            continue
        parts = sorted({part for name in names.parameters for part in name.split(".") if not part.isdigit()})
        close = nearest(pattern.rpartition(".")[2] or pattern, parts) or parts
        raise WorkbenchError(
            _("The pattern {pattern} fits no weight of the model.").format(pattern=pattern),
            where="freeze.modules",
            fix=_("Near are: {names}.").format(names=", ".join(close[:8])),
        )


def fits_weight(pattern: re.Pattern[str], name: str) -> bool:
    """Whether a pattern is all of some neighbouring parts of a name: ``layers.1`` is not in ``layers.10``."""
    parts = name.split(".")
    spans = ((first, last) for first in range(len(parts)) for last in range(first + 1, len(parts) + 1))
    return any(pattern.fullmatch(".".join(parts[first:last])) for first, last in spans)
