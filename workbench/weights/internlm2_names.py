"""What InternLM2 calls its weights on disk, and what the Llama classes call them in memory."""

from __future__ import annotations

import re

INTERNLM2 = "internlm2"
"""Its ``model_type``."""
RENAMED = (
    ("tok_embeddings", "embed_tokens"),
    ("^output.weight", "lm_head.weight"),
    ("attention.wo", "self_attn.o_proj"),
    ("feed_forward.w1", "mlp.gate_proj"),
    ("feed_forward.w3", "mlp.up_proj"),
    ("feed_forward.w2", "mlp.down_proj"),
    ("attention_norm", "input_layernorm"),
    ("ffn_norm", "post_attention_layernorm"),
)
"""InternLM2's names on disk → the names of the Llama classes in memory."""
FUSED = "attention.wqkv"
PROJECTIONS = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj")


def names_in_memory(name: str) -> list[str]:
    """The names that a weight on disk has in memory: three for one of ``wqkv``, one for any other."""
    for on_disk, in_memory in RENAMED:
        name = re.sub(on_disk.replace(".", r"\."), in_memory, name)
    return [name.replace(FUSED, part) for part in PROJECTIONS] if FUSED in name else [name]
