"""The model of a training on text: every weight, or an adapter on a frozen base."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.configs.schema import TrainConfig
from workbench.models.adapters import add_adapter
from workbench.models.load import load_language_model
from workbench.training.arguments import uses_checkpointing, weights_precision


def text_model(config: TrainConfig, *, source: Path | None, with_deepspeed: bool) -> Any:
    """The model as the config wants it trained.

    Args:
        source: a checkpoint with every weight to go on with.

    Raises:
        WorkbenchError: the model is missing or damaged, or the adapter does not fit it.
    """
    model = base_model(config, source=source, with_deepspeed=with_deepspeed)
    if config.method == "full":
        return model
    return add_adapter(model, config.lora, config.method, checkpointing=uses_checkpointing(config))


def base_model(config: TrainConfig, *, source: Path | None, with_deepspeed: bool) -> Any:
    """The language model, without an adapter; see `text_model`."""
    return load_language_model(
        str(source) if source else config.pretrained_model_name_or_path,
        method=config.method,
        precision=weights_precision(config, with_deepspeed=with_deepspeed),
        quantization=config.quantization,
        attn_implementation=config.attn_implementation,
        max_position_embeddings=config.max_position_embeddings,
        trust_remote_code=config.trust_remote_code,
    )
