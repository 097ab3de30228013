"""Models of random weights on disk, made tensor by tensor, and LoRA adapters for them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file

from workbench.checkpoints.weight_writing import PlannedTensor, write_weights

SHARD_BYTES = 2 * 10**9
_RANK = 64
_SPREAD = 0.02


@dataclass(frozen=True)
class Shape:
    """The sizes of an InternLM2."""

    layers: int
    hidden: int
    intermediate: int
    heads: int
    key_value_heads: int
    vocabulary: int = 92_544

    @property
    def linear(self) -> dict[str, tuple[int, int]]:
        """The linear weights of a layer, by their names on disk: rows and columns."""
        head = self.hidden // self.heads
        return {
            "attention.wqkv": ((self.heads + 2 * self.key_value_heads) * head, self.hidden),
            "attention.wo": (self.hidden, self.hidden),
            "feed_forward.w1": (self.intermediate, self.hidden),
            "feed_forward.w3": (self.intermediate, self.hidden),
            "feed_forward.w2": (self.hidden, self.intermediate),
        }

    @property
    def projections(self) -> dict[str, tuple[int, int]]:
        """The same by their names in the loaded model, which adapters have."""
        head = self.hidden // self.heads
        linear = self.linear
        return {
            "self_attn.q_proj": (self.hidden, self.hidden),
            "self_attn.k_proj": (self.key_value_heads * head, self.hidden),
            "self_attn.v_proj": (self.key_value_heads * head, self.hidden),
            "self_attn.o_proj": linear["attention.wo"],
            "mlp.gate_proj": linear["feed_forward.w1"],
            "mlp.up_proj": linear["feed_forward.w3"],
            "mlp.down_proj": linear["feed_forward.w2"],
        }


SHAPES = {"1.8B": Shape(24, 2048, 8192, 16, 8), "7B": Shape(32, 4096, 14336, 32, 8)}


def write_base(folder: Path, shape: Shape) -> Path:
    """Write an fp16 model in shards."""
    folder.mkdir()
    sizes: dict[str, tuple[int, ...]] = {"model.tok_embeddings.weight": (shape.vocabulary, shape.hidden)}
    for layer in range(shape.layers):
        before = f"model.layers.{layer}."
        sizes |= {f"{before}{name}.weight": size for name, size in shape.linear.items()}
        sizes |= {f"{before}{name}.weight": (shape.hidden,) for name in ("attention_norm", "ffn_norm")}
    sizes |= {"model.norm.weight": (shape.hidden,), "output.weight": (shape.vocabulary, shape.hidden)}
    plan = [_random(name, size, torch.float16) for name, size in sizes.items()]
    write_weights(folder, plan, max_shard_bytes=SHARD_BYTES, on_progress=lambda done, total: None)
    (folder / "config.json").write_text(json.dumps(_config(shape)), encoding="utf-8")
    return folder


def write_adapter(folder: Path, shape: Shape) -> Path:
    """Write an fp32 adapter on every linear layer."""
    folder.mkdir()
    tensors = {}
    for layer in range(shape.layers):
        for name, (rows, columns) in shape.projections.items():
            module = f"base_model.model.model.layers.{layer}.{name}"
            tensors[f"{module}.lora_A.weight"] = torch.randn(_RANK, columns) * _SPREAD
            tensors[f"{module}.lora_B.weight"] = torch.randn(rows, _RANK) * _SPREAD
    save_file(tensors, folder / "adapter_model.safetensors")
    settings = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": _RANK,
        "lora_alpha": 16,
        "target_modules": [name.rpartition(".")[2] for name in shape.projections],
    }
    (folder / "adapter_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def _random(name: str, size: tuple[int, ...], dtype: torch.dtype) -> PlannedTensor:
    return PlannedTensor(name, size, dtype, lambda: torch.empty(size, dtype=dtype).normal_(std=_SPREAD))


def _config(shape: Shape) -> dict[str, object]:
    return {
        "model_type": "internlm2",
        "architectures": ["InternLM2ForCausalLM"],
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.key_value_heads,
        "tie_word_embeddings": False,
        "bias": False,
        "torch_dtype": "float16",
    }
