"""Weight files of a few bytes, written by hand, so that nothing heavy has to be imported."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

LAYER = "base_model.model.model.layers.0.self_attn.q_proj"


def safetensors(path: Path, tensors: dict[str, tuple[str, list[int], bytes]]) -> Path:
    """A file with these tensors: name → number format, shape, bytes."""
    header, content = {}, b""
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(content), len(content) + len(data)]}
        content += data
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(text).to_bytes(8, "little") + text + content)
    return path


def model(folder: Path, dtype: str = "F16", size: int = 2) -> Path:
    """A model with one tensor of six values."""
    safetensors(folder / "model.safetensors", {"model.embed.weight": (dtype, [2, 3], bytes(6 * size))})
    (folder / "config.json").write_text(json.dumps({"architectures": ["LlamaForCausalLM"]}))
    return folder


def adapter(folder: Path, base: str = "some/base", fill: int = 0) -> Path:
    """A LoRA adapter of rank 2 on one module."""
    factors = {
        f"{LAYER}.lora_A.weight": ("F32", [2, 4], bytes([0, 0, fill, 63]) * 8),
        f"{LAYER}.lora_B.weight": ("F32", [4, 2], bytes([0, 0, 128, 63]) * 8),
    }
    safetensors(folder / "adapter_model.safetensors", factors)
    settings = {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["q_proj"]}
    (folder / "adapter_config.json").write_text(json.dumps({**settings, "base_model_name_or_path": base}))
    return folder


def torch_file(path: Path, words: str = "") -> Path:
    """A file in PyTorch's container whose pickle holds these words; nobody loads it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", words)
    return path
