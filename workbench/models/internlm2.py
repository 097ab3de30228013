"""InternLM2 on transformers without the model's own code: the same network as Llama under other names.

A checkpoint's fused ``attention.wqkv`` is split into q, k and v on loading and fused again on saving, so that what
workbench writes has the original key names. Layout of ``wqkv`` (InternLM2 technical report, arXiv:2403.17297, §2.2):
for every key/value head its query heads, then one key, then one value; ``[kv_heads * (groups + 2) * head_dim, hidden]``.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    LlamaForCausalLM,
    LlamaForSequenceClassification,
)
from transformers.conversion_mapping import register_checkpoint_conversion_mapping
from transformers.core_model_loading import ConversionOps, WeightConverter, WeightRenaming
from transformers.models.llama.modeling_llama import LlamaModel

from workbench.models.internlm_config import InternLMConfig
from workbench.models.rotary import OwnLengthRotaryEmbedding
from workbench.weights.internlm2_names import FUSED, INTERNLM2, PROJECTIONS, RENAMED


class InternLM2Config(InternLMConfig):
    """InternLM2's ``config.json``. ``bias`` is its name for biases of the attention's projections."""

    model_type = INTERNLM2


class InternLM2Model(LlamaModel):  # type: ignore[misc]  # transformers is untyped
    """The network without its output head."""

    config_class = InternLM2Config

    def __init__(self, config: InternLM2Config) -> None:
        super().__init__(config)
        self.rotary_emb = OwnLengthRotaryEmbedding(config)


class InternLM2ForCausalLM(LlamaForCausalLM):  # type: ignore[misc]
    """The language model."""

    config_class = InternLM2Config

    def __init__(self, config: InternLM2Config) -> None:
        super().__init__(config)
        self.model.rotary_emb = OwnLengthRotaryEmbedding(config)


class InternLM2ForSequenceClassification(LlamaForSequenceClassification):  # type: ignore[misc]
    """The network with a head that gives scores."""

    config_class = InternLM2Config

    def __init__(self, config: InternLM2Config) -> None:
        super().__init__(config)
        self.model.rotary_emb = OwnLengthRotaryEmbedding(config)


def is_internlm2(model: Any) -> bool:
    """Whether the language model of a model is an InternLM2, whose names on disk are not those in memory."""
    return bool(model.config.get_text_config().model_type == INTERNLM2)


def head_counts(config: Any) -> tuple[int, int]:
    """Key/value heads, and query heads for each of them; a multimodal config wraps the text model's."""
    text = config.get_text_config()
    return text.num_key_value_heads, text.num_attention_heads // text.num_key_value_heads


def split_wqkv(fused: torch.Tensor, kv_heads: int, groups: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """``wqkv`` ``[kv_heads * (groups + 2) * head_dim, …]`` → q, k, v with the heads in order along the first axis."""
    rest = fused.shape[1:]
    heads = fused.view(kv_heads, groups + 2, -1, *rest)
    query, key, value = heads[:, :groups], heads[:, groups], heads[:, groups + 1]
    return tuple(part.reshape(-1, *rest).contiguous() for part in (query, key, value))  # type: ignore[return-value]


def fuse_wqkv(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, kv_heads: int, groups: int) -> torch.Tensor:
    """The inverse of `split_wqkv`."""
    rest = query.shape[1:]
    parts = [
        query.view(kv_heads, groups, -1, *rest),
        key.view(kv_heads, 1, -1, *rest),
        value.view(kv_heads, 1, -1, *rest),
    ]
    return torch.cat(parts, dim=1).reshape(-1, *rest).contiguous()


def _first(value: torch.Tensor | list[torch.Tensor]) -> torch.Tensor:
    return value[0] if isinstance(value, list) else value


class SplitQKV(ConversionOps):  # type: ignore[misc]
    """``wqkv`` → q, k, v, on loading."""

    def convert(
        self, input_dict: dict[str, Any], source_patterns: list[str], target_patterns: list[str], **context: Any
    ) -> dict[str, torch.Tensor]:
        fused = _first(next(iter(input_dict.values())))
        parts = split_wqkv(fused, *head_counts(context["config"]))
        return dict(zip(target_patterns, parts, strict=True))

    @property
    def reverse_op(self) -> ConversionOps:
        return FuseQKV()


class FuseQKV(ConversionOps):  # type: ignore[misc]
    """q, k, v → ``wqkv``, on saving."""

    def convert(
        self, input_dict: dict[str, Any], source_patterns: list[str], target_patterns: list[str], **context: Any
    ) -> dict[str, torch.Tensor]:
        query, key, value = (
            _first(next(tensor for name, tensor in input_dict.items() if part in name))
            for part in ("q_proj", "k_proj", "v_proj")
        )
        return {target_patterns[0]: fuse_wqkv(query, key, value, *head_counts(context["config"]))}

    @property
    def reverse_op(self) -> ConversionOps:
        return SplitQKV()


def register() -> None:
    """Make transformers know InternLM2; importing this module does it, and doing it twice is harmless."""
    renamings = [WeightRenaming(on_disk, in_memory) for on_disk, in_memory in RENAMED]
    fused = WeightConverter(FUSED, list(PROJECTIONS), operations=[SplitQKV()])
    register_checkpoint_conversion_mapping(INTERNLM2, [*renamings, fused], overwrite=True)
    AutoConfig.register(INTERNLM2, InternLM2Config, exist_ok=True)
    AutoModel.register(InternLM2Config, InternLM2Model, exist_ok=True)
    AutoModelForCausalLM.register(InternLM2Config, InternLM2ForCausalLM, exist_ok=True)
    AutoModelForSequenceClassification.register(InternLM2Config, InternLM2ForSequenceClassification, exist_ok=True)
    AutoModelForSequenceClassification.register(InternLM2Config, InternLM2ForSequenceClassification, exist_ok=True)


register()
