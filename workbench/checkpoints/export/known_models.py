"""Which models a GGUF file can hold, by their ``config.json`` alone. Light: asked before any work begins.

Keys and names: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable


@dataclass(frozen=True)
class Architecture:
    """A network under the name that GGUF engines know it by. ``turns_pairs``: its rotary embedding turns neighbouring
    values, so that the rows of q and k, which Hugging Face keeps in halves, are put in another order.
    """

    name: str
    turns_pairs: bool


_LLAMA = Architecture("llama", turns_pairs=True)
ARCHITECTURES = {
    "llama": _LLAMA,
    "mistral": _LLAMA,
    "internlm2": _LLAMA,
    "internlm3": _LLAMA,
    "qwen2": Architecture("qwen2", turns_pairs=False),
    "qwen3": Architecture("qwen3", turns_pairs=False),
}
"""By ``model_type``. InternLM's networks are Llama's, which more engines read and which may have biases."""
UNSCALED = {"default", "dynamic"}
"""Dynamic scaling changes nothing up to the trained length, which is the length that is written."""
_ACTIVATION = "silu"
"""What engines compute in these networks, whatever the config says."""
_NEEDED: dict[str, set[str]] = {
    **{kind: set() for kind in UNSCALED},
    "linear": {"factor"},
    "llama3": {"factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"},
    "yarn": {"factor", "original_max_position_embeddings"},
}
"""The settings of each kind of scaling; further ones of YaRN have no place in a file."""
_PARTIAL = "partial_rotary_factor"
_ALWAYS = {"rope_type", "type", "rope_theta", _PARTIAL}


def architecture_of(config: dict[str, Any]) -> Architecture:
    """How to write a model.

    Raises:
        WorkbenchError: GGUF files of such models cannot be written here, its weights are quantised, or its rotary
            embedding is scaled in a way that engines do not know.
    """
    kind, activation = str(config.get("model_type")), config.get("hidden_act", _ACTIVATION)
    if kind not in ARCHITECTURES or activation != _ACTIVATION:
        shown = kind if activation == _ACTIVATION else f"{kind} ({activation})"
        raise WorkbenchError(
            _("A GGUF file cannot be written for models of the type {kind}.").format(kind=printable(shown)),
            where="config.json",
            fix=_("Possible are {kinds}; for others use convert_hf_to_gguf.py of llama.cpp.").format(
                kinds=listed(ARCHITECTURES)
            ),
        )
    if config.get("quantization_config"):
        raise WorkbenchError(
            _("The weights are stored in few bits (quantised); a GGUF file is made from the full-precision model."),
            where="config.json",
            fix=_("Name the model that this one was quantised from."),
        )
    _require_known_scaling(rope_of(config))
    return ARCHITECTURES[kind]


def rope_of(config: dict[str, Any]) -> dict[str, Any]:
    """The settings of the rotary embedding, which older and newer configs keep in two places; of both, the older one
    holds, as in transformers.
    """
    rope = config.get("rope_scaling") or config.get("rope_parameters") or {}
    kind = str(rope.get("rope_type") or rope.get("type") or "default")
    outside = {"rope_theta": config.get("rope_theta", 10000.0), _PARTIAL: config.get(_PARTIAL) or 1.0}
    return {**outside, **rope, "rope_type": kind}


def _require_known_scaling(rope: dict[str, Any]) -> None:
    kind, keys, turns_all = rope["rope_type"], set(rope) - _ALWAYS, rope[_PARTIAL] == 1
    needed = _NEEDED.get(kind)
    if not turns_all or needed is None or not needed <= keys or (kind == "yarn" and keys != needed):
        raise WorkbenchError(
            _("The rotary embedding is scaled in a way that GGUF files cannot hold: {settings}").format(
                settings=printable(json.dumps(rope))
            ),
            where="config.json:rope_scaling",
        )
