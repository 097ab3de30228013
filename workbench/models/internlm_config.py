"""What the configs of all InternLM generations have in common: the network of Llama under other words.

On disk they keep the words that InternLM's own code and the serving engines read: ``bias``, ``rope_theta`` beside
``rope_scaling``, ``torch_dtype``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

_ONLY_LLAMA_HAS = {"attention_dropout": 0.0, "attention_bias": False, "mlp_bias": False, "pretraining_tp": 1}
_SCALED = {"linear", "dynamic"}


class InternLMConfig(LlamaConfig):  # type: ignore[misc]  # transformers is untyped
    """A ``config.json`` that is read and written in InternLM's own words."""

    bias_names: ClassVar[dict[str, str]] = {"bias": "attention_bias"}
    """InternLM's word for a bias → Llama's."""
    biased_if_silent: ClassVar[bool] = True
    """Whether a file that does not speak of biases means that there are some."""
    scaling_word: ClassVar[str] = "type"
    """What ``rope_scaling`` calls its kind."""
    tells_head_dim: ClassVar[bool] = False
    """Whether ``head_dim`` stands in the file where it follows from the other sizes."""

    def __post_init__(self, **kwargs: Any) -> None:
        for theirs, ours in self.bias_names.items():
            setattr(self, ours, bool(kwargs.pop(theirs, getattr(self, ours))))
        super().__post_init__(**kwargs)
        self._require_known_rope()

    def _require_known_rope(self) -> None:
        rope = self.rope_parameters
        kind, factor = rope["rope_type"], rope.get("factor")
        known = kind == "default" or kind in ROPE_INIT_FUNCTIONS
        if not known or (kind in _SCALED and not isinstance(factor, int | float)):
            raise ValueError(f"config.json: rope_scaling {rope}")

    @classmethod
    def from_dict(cls, config_dict: dict[str, Any], **kwargs: Any) -> Any:
        """As in transformers, with InternLM's meaning of what is left out."""
        if cls.biased_if_silent and not {"bias", "attention_bias"} & set(config_dict):
            config_dict = {**config_dict, "bias": True}
        return super().from_dict(config_dict, **kwargs)

    def to_dict(self) -> dict[str, Any]:
        """What ``config.json`` holds."""
        values: dict[str, Any] = super().to_dict()
        for theirs, ours in self.bias_names.items():
            values[theirs] = values.pop(ours)
        if "dtype" in values:
            values["torch_dtype"] = values.pop("dtype")
        follows = values["head_dim"] * values["num_attention_heads"] == values["hidden_size"]
        if follows and not self.tells_head_dim:
            del values["head_dim"]
        values |= self.rope_on_disk(values.pop("rope_parameters"))
        return {name: value for name, value in values.items() if value != _ONLY_LLAMA_HAS.get(name, ...)}

    def rope_on_disk(self, rope: dict[str, Any]) -> dict[str, Any]:
        """The rotary embedding's settings as they stand in ``config.json``."""
        kind = rope["rope_type"]
        if kind == "default":
            return {"rope_theta": rope["rope_theta"], "rope_scaling": None}
        if kind not in _SCALED:
            return {"rope_parameters": rope}
        scaling = {self.scaling_word: kind, "factor": float(rope["factor"])}
        return {"rope_theta": rope["rope_theta"], "rope_scaling": scaling}
