"""Settings that are given and do nothing in the config that they stand in."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from workbench.configs.preference_settings import PAIR_STAGES
from workbench.configs.schema import TrainConfig

_WITH_THE_MODEL = {"r", "lora_alpha", "lora_dropout"}
"""What configs of the catalogue say of an adapter for every method."""


@dataclass(frozen=True)
class IdleSettings:
    """``fields``: their dotted names. ``beside`` is the setting that leaves them idle, ``wanted`` one they are for."""

    fields: tuple[str, ...]
    beside: str
    wanted: str


def idle_settings(config: TrainConfig, named: Collection[str] = ()) -> Iterator[IdleSettings]:
    """Those that differ from their defaults, by what leaves them idle.

    Args:
        named: dotted names of fields that the user has named; sizes of an adapter are idle only among these.
    """
    method, tower = f"method: {config.method}", f"visual_encoder_method: {config.visual_encoder_method}"
    groups: list[tuple[bool, str, BaseModel, str, str]] = [
        (not config.has_adapter, "lora", config.lora, method, "method: lora"),
        (config.method != "freeze", "freeze", config.freeze, method, "method: freeze"),
        (config.method != "qlora", "quantization", config.quantization, method, "method: qlora"),
        (config.stage not in PAIR_STAGES, "preference", config.preference, f"stage: {config.stage}", "stage: dpo"),
        (
            config.visual_encoder_method != "lora",
            "visual_encoder_lora",
            config.visual_encoder_lora,
            tower,
            "visual_encoder_method: lora",
        ),
    ]
    for is_idle, group, settings, beside, wanted in groups:
        if is_idle and (fields := _changed(group, settings, named)):
            yield IdleSettings(fields, beside, wanted)


def _changed(group: str, settings: BaseModel, named: Collection[str]) -> tuple[str, ...]:
    usual = TrainConfig.model_fields[group].get_default()
    changed = [name for name in type(settings).model_fields if getattr(settings, name) != getattr(usual, name)]
    fields = {f"{group}.{name}": name in _WITH_THE_MODEL for name in changed}
    return tuple(field for field, with_the_model in fields.items() if not with_the_model or field in named)
