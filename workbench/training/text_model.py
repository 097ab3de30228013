"""The model of a training on text: all or some of its own weights, or an adapter on a frozen base."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.configs.schema import TrainConfig
from workbench.models.adapters import add_adapter
from workbench.models.base_changes import make_room
from workbench.models.frozen import freeze_all_but
from workbench.models.load import load_language_model
from workbench.models.precision import choose_precision, dtype_of
from workbench.models.principal import go_on_from
from workbench.training.arguments import uses_checkpointing, weights_precision
from workbench.training.begun_adapter import begun_adapter


def text_model(config: TrainConfig, tokenizer: Any, *, source: Path | None, with_deepspeed: bool) -> Any:
    """The model as the config wants it trained.

    Args:
        tokenizer: with the config's new tokens.
        source: a checkpoint to go on with, if its weights are to be loaded here.

    Raises:
        WorkbenchError: the model is missing or damaged, or the adapter does not fit it.
    """
    model = base_model(config, source=None if config.has_adapter else source, with_deepspeed=with_deepspeed)
    return prepared_model(model, config, tokenizer, source=source)


def prepared_model(model: Any, config: TrainConfig, tokenizer: Any, *, source: Path | None) -> Any:
    """A base with what the config adds to it, and frozen where it is not to be trained; see `text_model`."""
    is_fresh = config.has_adapter or source is None
    token_ids = make_room(model, tokenizer, tuple(config.new_tokens)) if is_fresh else []
    if config.method == "full":
        return model
    if config.method == "freeze":
        frozen_dtype = dtype_of(choose_precision(config.precision))
        freeze_all_but(model, config.freeze, frozen_dtype, with_embeddings=bool(config.new_tokens))
        return model
    if config.adapter_name_or_path is not None:
        return begun_adapter(model, config)
    goes_on = config.lora.changes_base and source is not None
    settings = config.lora.model_copy(update={"init_lora_weights": "default"}) if goes_on else config.lora
    checkpointing = uses_checkpointing(config)
    adapted = add_adapter(model, settings, config.method, checkpointing=checkpointing, token_ids=token_ids)
    if goes_on and source is not None:
        go_on_from(adapted, source)
    return adapted


def base_model(config: TrainConfig, *, source: Path | None, with_deepspeed: bool) -> Any:
    """The language model, without an adapter; see `text_model`."""
    return load_language_model(
        str(source) if source else config.pretrained_model_name_or_path,
        method=config.method,
        precision=weights_precision(config, with_deepspeed=with_deepspeed, goes_on=source is not None),
        quantization=config.quantization,
        attn_implementation=config.attn_implementation,
        max_position_embeddings=config.max_position_embeddings,
        rope_scaling_type=config.rope_scaling_type,
        trust_remote_code=config.trust_remote_code,
        scores=config.stage == "reward",
    )
