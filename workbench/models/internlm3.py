"""InternLM3 on transformers without the model's own code: Llama's names, with biases that are chosen in two groups."""

from __future__ import annotations

from typing import ClassVar

from torch import nn
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    LlamaForCausalLM,
    LlamaForSequenceClassification,
)
from transformers.models.llama.modeling_llama import LlamaModel

from workbench.models.internlm_config import InternLMConfig
from workbench.models.rotary import OwnLengthRotaryEmbedding

MODEL_TYPE = "internlm3"


class InternLM3Config(InternLMConfig):
    """InternLM3's ``config.json``: ``qkv_bias`` for q, k and v, ``bias`` for every other projection."""

    model_type = MODEL_TYPE
    bias_names: ClassVar = {"qkv_bias": "attention_bias", "bias": "mlp_bias"}
    biased_if_silent = False
    scaling_word = "rope_type"
    tells_head_dim = True


class InternLM3Model(LlamaModel):  # type: ignore[misc]  # transformers is untyped
    """The network without its output head."""

    config_class = InternLM3Config

    def __init__(self, config: InternLM3Config) -> None:
        super().__init__(config)
        _as_internlm3(self)


class InternLM3ForCausalLM(LlamaForCausalLM):  # type: ignore[misc]
    """The language model."""

    config_class = InternLM3Config

    def __init__(self, config: InternLM3Config) -> None:
        super().__init__(config)
        _as_internlm3(self.model)


class InternLM3ForSequenceClassification(LlamaForSequenceClassification):  # type: ignore[misc]
    """The network with a head that gives scores."""

    config_class = InternLM3Config

    def __init__(self, config: InternLM3Config) -> None:
        super().__init__(config)
        _as_internlm3(self.model)


def _as_internlm3(network: LlamaModel) -> None:
    """Put in what differs from Llama, where ``o_proj`` has a bias if q, k and v have one."""
    config = network.config
    network.rotary_emb = OwnLengthRotaryEmbedding(config)
    if config.attention_bias == config.mlp_bias:
        return
    for layer in network.layers:
        old = layer.self_attn.o_proj
        layer.self_attn.o_proj = nn.Linear(old.in_features, old.out_features, bias=config.mlp_bias)


def register() -> None:
    """Make transformers know InternLM3; importing this module does it, and doing it twice is harmless."""
    AutoConfig.register(MODEL_TYPE, InternLM3Config, exist_ok=True)
    AutoModel.register(InternLM3Config, InternLM3Model, exist_ok=True)
    AutoModelForCausalLM.register(InternLM3Config, InternLM3ForCausalLM, exist_ok=True)
    AutoModelForSequenceClassification.register(InternLM3Config, InternLM3ForSequenceClassification, exist_ok=True)
    AutoModelForSequenceClassification.register(InternLM3Config, InternLM3ForSequenceClassification, exist_ok=True)


register()
