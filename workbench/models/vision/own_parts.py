"""The parts of a model that sees by itself, by the names that transformers gives them: what of it is trained."""

from __future__ import annotations

from typing import Any

from torch import nn

TOWERS = ("vision_tower", "visual", "vision_model")
PROJECTORS = ("multi_modal_projector", "connector")
_LANGUAGES = ("language_model", "text_model")
_PROJECTOR_IN_TOWER = "merger"
"""Qwen-VL's projectors are in the tower."""


def freeze_parts(model: Any, *, language: bool, tower: bool) -> None:
    """Train every weight but those of the parts named; the projector always."""
    inner = model.model
    tower_name = _name(inner, TOWERS)
    if language:
        inner.get_submodule(_name(inner, _LANGUAGES)).requires_grad_(False)
        model.get_output_embeddings().requires_grad_(False)
    if tower:
        for name, parameter in inner.get_submodule(tower_name).named_parameters():
            parameter.requires_grad_(_PROJECTOR_IN_TOWER in name)


def language_layers(model: Any) -> str:
    """A regular expression for what stands before the last part of the names of the language model's layers."""
    return rf"(?:.*\.)?{_name(model.model, _LANGUAGES)}\.(?:.*\.)?"


def tower_layers(model: Any) -> str:
    """The same for the layers of the vision tower, without its embedding and its head."""
    return rf"(?:.*\.)?{_name(model.model, TOWERS)}\.(?:.*\.)?(?:blocks|layers?)\.\d+\.(?:.*\.)?"


def _name(inner: nn.Module, names: tuple[str, ...]) -> str:
    return next(name for name in names if hasattr(inner, name))
