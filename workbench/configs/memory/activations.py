"""What the backward pass needs of the forward pass.

Counted from what autograd keeps of a layer of the Llama kind, per token. ``h`` is the width of the model, ``a`` of the
queries, ``kv`` of the keys, ``w`` of the feed-forward layer:

- two norms keep what comes in, in fp32; if their weights are trained, also what they multiply them with;
- attention keeps queries, keys, values and its result: ``2a + 2kv``;
- the feed-forward layer keeps gate, its activation and up: ``3w``; if it is trained, also what the last map takes;
- a trained linear map keeps what it takes. Under autocast each of them has a copy in half precision;
- an adapter keeps what it takes, which is a copy after dropout, and the dropout's mask: one byte for each number on a
  GPU, four on a CPU.
"""

from __future__ import annotations

from workbench.configs.memory.numbers import Numbers
from workbench.configs.memory.weights import adapted_maps
from workbench.configs.model_shape import ModelShape
from workbench.configs.schema import TrainConfig
from workbench.configs.tower_shapes import TowerShape

_FP32 = 4
_NOT_QUERY_KEY_VALUE = 3
_DOWN = 6


def language_activations(config: TrainConfig, shape: ModelShape, tokens: int, numbers: Numbers) -> int:
    """Bytes for so many tokens."""
    inside = layer_bytes(config, shape, numbers)
    if config.attn_implementation == "eager":
        inside += config.max_length * shape.heads * (numbers.computed + _FP32)
    passing = 3 * shape.intermediate_size * numbers.inside  # gradients inside of the layer that is worked on
    if keeps_activations(config, on_cpu=numbers.on_cpu):
        return tokens * (_layers_with_gradient(config, shape) * inside + passing)
    return tokens * (shape.layers * shape.hidden_size * numbers.residual + inside + passing)


def layer_bytes(config: TrainConfig, shape: ModelShape, numbers: Numbers) -> int:
    """Bytes of one layer for one token."""
    hidden, wide = shape.hidden_size, shape.intermediate_size
    attention = 2 * (shape.attention_width + shape.key_value_width) * numbers.computed
    norms = 2 * hidden * _FP32
    if config.has_adapter and not config.freeze_llm:
        return norms + attention + 3 * wide * numbers.inside + _adapter_bytes(config, shape, numbers)
    if config.freeze_llm:
        return norms + attention + 3 * wide * numbers.inside
    if numbers.casts_weights:
        return 2 * norms + attention + (5 * hidden + 4 * wide) * numbers.computed
    return norms + attention + (4 * hidden + 4 * wide) * numbers.computed


def _adapter_bytes(config: TrainConfig, shape: ModelShape, numbers: Numbers) -> int:
    """What the adapters of a layer keep for one token."""
    settings, maps = config.lora, adapted_maps(config.lora)
    widths = [shape.linear_shapes[place][0] for place in maps]
    between = len(maps) * settings.r * numbers.computed
    if settings.use_dora:
        between += sum(shape.linear_shapes[place][1] for place in maps) * numbers.computed
    if settings.lora_dropout:
        mask = _FP32 if numbers.on_cpu else 1
        return between + sum(widths) * (mask + numbers.computed)
    if numbers.computed < _FP32:
        return between + sum(widths) * numbers.computed
    return between + _distinct_inputs(shape, maps) * numbers.computed


def _distinct_inputs(shape: ModelShape, maps: list[int]) -> int:
    """Numbers that several adapters take in common: of queries, keys and values, and of gate and up; the output map
    takes what attention keeps anyway."""
    takes = (
        any(place < _NOT_QUERY_KEY_VALUE for place in maps) * shape.hidden_size,
        any(_NOT_QUERY_KEY_VALUE < place < _DOWN for place in maps) * shape.hidden_size,
        (_DOWN in maps) * shape.intermediate_size,
    )
    return sum(takes)


def _layers_with_gradient(config: TrainConfig, shape: ModelShape) -> int:
    """Layers that gradients flow through: all, or the last ones if nothing below them is trained."""
    if config.method != "freeze" or config.freeze.modules or config.new_tokens:
        return shape.layers
    return min(config.freeze.last_layers, shape.layers)


def keeps_activations(config: TrainConfig, *, on_cpu: bool) -> bool:
    """Whether the inside of every layer is kept for the backward pass, instead of being computed again."""
    checkpointing = config.use_activation_checkpointing
    return checkpointing is False or (checkpointing == "auto" and on_cpu)


def tower_activations(config: TrainConfig, tower: TowerShape, numbers: Numbers) -> int:
    """The same of the tower; a frozen one needs the inside of one layer at a time."""
    places = config.batch_size * (tower.patches + 1)
    inside = places * numbers.computed * (10 * tower.hidden_size + 2 * tower.intermediate_size)
    if config.visual_encoder_method == "frozen":
        return 0 if config.cache_image_features is True else inside
    if keeps_activations(config, on_cpu=numbers.on_cpu):
        return tower.layers * inside
    return tower.layers * places * tower.hidden_size * numbers.computed + inside
