"""The first InternLM on transformers without the model's own code: Llama with biases on its attention."""

from __future__ import annotations

from typing import Any

from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, LlamaForCausalLM
from transformers.models.llama.modeling_llama import LlamaModel

from workbench.models.internlm_config import InternLMConfig
from workbench.models.rotary import OwnLengthRotaryEmbedding

MODEL_TYPE = "internlm"
_ROTARY: dict[str, Any] = {"base": 10000, "type": "dynamic"}
"""What its code takes where the file does not speak of ``rotary``."""
_KINDS = {"origin": "default", "dynamic": "dynamic"}


class InternLMFirstConfig(InternLMConfig):
    """InternLM's ``config.json``; ``rotary`` holds the position embedding's ``base``, ``type`` and ``scaling_factor``."""

    model_type = MODEL_TYPE

    def __post_init__(self, **kwargs: Any) -> None:
        rotary = kwargs.pop("rotary", None) or _ROTARY
        self.rope_parameters: Any = self.rope_parameters or _in_words_of_transformers(rotary)
        super().__post_init__(**kwargs)

    def rope_on_disk(self, rope: dict[str, Any]) -> dict[str, Any]:
        """The position embedding in this generation's words; what they cannot say stands in transformers' own."""
        kinds = {ours: theirs for theirs, ours in _KINDS.items()}
        if rope["rope_type"] not in kinds:
            return {"rope_parameters": rope}
        rotary = {"base": rope["rope_theta"], "type": kinds[rope["rope_type"]]}
        return {"rotary": rotary if rope.get("factor", 1.0) == 1.0 else {**rotary, "scaling_factor": rope["factor"]}}


def _in_words_of_transformers(rotary: dict[str, Any]) -> dict[str, Any]:
    if rotary.get("type") not in _KINDS or "base" not in rotary:
        raise ValueError(f"config.json: rotary {rotary}")
    rope = {"rope_type": _KINDS[rotary["type"]], "rope_theta": rotary["base"]}
    return rope if rope["rope_type"] == "default" else {**rope, "factor": float(rotary.get("scaling_factor", 1.0))}


class InternLMModel(LlamaModel):  # type: ignore[misc]  # transformers is untyped
    """The network without its output head."""

    config_class = InternLMFirstConfig

    def __init__(self, config: InternLMFirstConfig) -> None:
        super().__init__(config)
        self.rotary_emb = OwnLengthRotaryEmbedding(config)


class InternLMForCausalLM(LlamaForCausalLM):  # type: ignore[misc]
    """The language model."""

    config_class = InternLMFirstConfig

    def __init__(self, config: InternLMFirstConfig) -> None:
        super().__init__(config)
        self.model.rotary_emb = OwnLengthRotaryEmbedding(config)


def register() -> None:
    """Make transformers know InternLM; importing this module does it, and doing it twice is harmless."""
    AutoConfig.register(MODEL_TYPE, InternLMFirstConfig, exist_ok=True)
    AutoModel.register(InternLMFirstConfig, InternLMModel, exist_ok=True)
    AutoModelForCausalLM.register(InternLMFirstConfig, InternLMForCausalLM, exist_ok=True)


register()
