"""Checkpoints of a model that sees: what is trained of it, in XTuner's LLaVA folder, and nothing that is frozen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from workbench.models.vision.parts import Parts, save_parts
from workbench.training.ranks import rank


def save_trained_parts(parts: Parts, folder: Path, tokenizer: Any, *, sharded: bool) -> None:
    """Write what is trained, by the first process; all of them must call it.

    Args:
        sharded: the weights are spread over the processes (ZeRO-3).
    """
    with _gathered(parts) if sharded else nullcontext():
        if rank() == 0:
            folder.mkdir(parents=True, exist_ok=True)
            save_parts(parts, folder, tokenizer)


def _gathered(parts: Parts) -> Any:
    import deepspeed

    return deepspeed.zero.GatheredParameters(list(parts.model.parameters()), modifier_rank=None)


def frozen_may_be_missing(model: Any) -> None:
    """Let a state be loaded into the model that holds no frozen weights, or facts of the 4-bit ones among them."""
    model.register_load_state_dict_post_hook(_forget_frozen)


def _forget_frozen(model: Any, keys: Any) -> None:
    frozen = {name for name, parameter in model.named_parameters() if not parameter.requires_grad}
    keys.missing_keys[:] = [name for name in keys.missing_keys if name not in frozen]
    keys.unexpected_keys[:] = [name for name in keys.unexpected_keys if not _is_of_any(name, frozen)]


def _is_of_any(name: str, parameters: set[str]) -> bool:
    """Whether a name is that of a parameter with more words behind it, as those of quantisation are."""
    words = name.split(".")
    return any(".".join(words[:count]) in parameters for count in range(1, len(words)))


@contextmanager
def without_frozen(engine: Any) -> Iterator[None]:
    """DeepSpeed's engine writes no frozen weights into its own part of a checkpoint."""
    whole = engine.save_checkpoint
    engine.save_checkpoint = partial(whole, exclude_frozen_parameters=True)
    try:
        yield
    finally:
        engine.save_checkpoint = whole
