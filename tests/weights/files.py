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


def torch_file(path: Path, *texts: str, tensors: dict[str, tuple[str, int]] | None = None, more: bytes = b"") -> Path:
    """A file in PyTorch's container, its pickle written by hand; nobody loads it.

    Args:
        texts: stand in its pickle first.
        tensors: name → class of the storage and number of values; they stand under ``state_dict``.
        more: opcodes after that.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    content = b"\x80\x02" + b"".join(map(unicode_opcode, [*texts, "state_dict"]))
    for key, (name, (storage, count)) in enumerate((tensors or {}).items()):
        named = [unicode_opcode("storage"), f"ctorch\n{storage}\n".encode(), *map(unicode_opcode, (str(key), "cpu"))]
        content += unicode_opcode(name) + b"(" + b"".join(named) + int_opcode(count) + b"tQ"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", content + more + b".")
    return path


def unicode_opcode(text: str) -> bytes:
    """Puts a text on the pickle's stack."""
    return b"X" + len(text.encode()).to_bytes(4, "little") + text.encode()


def int_opcode(number: int) -> bytes:
    """Puts a number on the pickle's stack."""
    return b"J" + number.to_bytes(4, "little", signed=True)


def cached_model(cache: Path) -> Path:
    """The model ``me/mine`` in a hub's cache; gives the folder that holds its files."""
    repo = cache / "models--me--mine"
    stored = model(repo / "blobs")
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text("abc")
    (repo / "snapshots" / "abc").mkdir(parents=True)
    for file in stored.iterdir():
        (repo / "snapshots" / "abc" / file.name).symlink_to(file)
    return stored
