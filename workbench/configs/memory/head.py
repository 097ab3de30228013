"""What the output head and the loss need."""

from __future__ import annotations

from workbench.configs.memory.numbers import Numbers
from workbench.configs.model_shape import ModelShape
from workbench.configs.schema import TrainConfig

_FP32 = 4
_POSITIONS_AT_ONCE = {True: 256, False: 1024}
"""On a CPU, and elsewhere; see `workbench.training.head_loss`."""


def head_bytes(config: TrainConfig, shape: ModelShape, tokens: int, numbers: Numbers) -> int:
    """Bytes when the loss is computed, if every token is trained.

    The logits of a few positions exist at a time, with their fp32 copy and, in half precision, their gradient; beside
    them lie what the head takes and the gradient of that, and twice the gradient of the head if it is trained. Stages
    that learn which of two answers is better need the logits of all positions where ZeRO-3 has spread the head; a reward
    model has none.
    """
    vocabulary, hidden = shape.vocabulary, shape.hidden_size
    ends = tokens * hidden * (2 * _FP32 + 2 * numbers.computed)  # around the last norm
    if config.stage == "reward":
        return ends
    each = vocabulary * (_FP32 if numbers.computed == _FP32 else 2 * numbers.computed + _FP32)
    if config.stage in {"dpo", "orpo"} and numbers.stage == 3:
        return ends + tokens * (each + vocabulary * _FP32)
    gradients = 2 * vocabulary * hidden * numbers.computed if trains_head(config) else 0
    return ends + min(tokens, _POSITIONS_AT_ONCE[numbers.on_cpu]) * each + gradients


def trains_head(config: TrainConfig) -> bool:
    """Whether the output head is trained."""
    if config.freeze_llm:
        return False
    named = {"freeze": config.freeze.modules, "full": ["lm_head"]}.get(config.method, config.lora.modules_to_save or [])
    return bool({"lm_head", "output"}.intersection(named))
