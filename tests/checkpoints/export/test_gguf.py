"""GGUF files hold what the model's own files hold, and engines get the same answers from them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.checkpoints.export.conftest import SAMPLE, SIZES, save_llama
from workbench.checkpoints.export.architectures import rope_factors
from workbench.checkpoints.export.gguf_file import GgufRequest, write_gguf
from workbench.checkpoints.export.source import open_source
from workbench.errors import WorkbenchError
from workbench.models.internlm2 import split_wqkv

pytestmark = pytest.mark.heavy


def export(folder: Path | str, target: Path, kind: str = "f16", **settings: Any) -> gguf.GGUFReader:
    template = settings.pop("template", None)
    seen: list[tuple[int, int]] = []
    request = GgufRequest(open_source(str(folder), template), target, kind, **settings)
    write_gguf(request, lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1]
    assert [path.name for path in target.parent.iterdir() if "partial" in path.name] == []
    return gguf.GGUFReader(target)


def values(reader: gguf.GGUFReader, name: str) -> np.ndarray[Any, Any]:
    tensor = next(tensor for tensor in reader.tensors if tensor.name == name)
    return gguf.dequantize(tensor.data, tensor.tensor_type)


def fact(reader: gguf.GGUFReader, key: str) -> Any:
    field = reader.get_field(key)
    assert field is not None, key
    return field.contents()


def in_halves(rows: np.ndarray[Any, Any], heads: int) -> torch.Tensor:
    """Rows as GGUF has them, in the order of Hugging Face."""
    pairs = torch.from_numpy(rows.copy()).view(heads, -1, 2, rows.shape[-1])
    return pairs.transpose(1, 2).reshape(rows.shape)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> gguf.GGUFReader:
    """The sample model in 16 bits."""
    return export("sample:model", tmp_path_factory.mktemp("sample") / "m.gguf")


def test_every_value_of_the_sample_model_arrives(sample: gguf.GGUFReader) -> None:
    stored = load_file(SAMPLE / "model.safetensors")
    assert len(sample.tensors) == 3 + 4 * 9
    assert np.array_equal(values(sample, "token_embd.weight"), stored["model.tok_embeddings.weight"].float().numpy())
    for layer in range(4):
        query, key, value = split_wqkv(stored[f"model.layers.{layer}.attention.wqkv.weight"].float(), 2, 4)
        assert torch.equal(in_halves(values(sample, f"blk.{layer}.attn_q.weight"), 8), query)
        assert torch.equal(in_halves(values(sample, f"blk.{layer}.attn_k.weight"), 2), key)
        assert np.array_equal(values(sample, f"blk.{layer}.attn_v.weight"), value.numpy())
        down = stored[f"model.layers.{layer}.feed_forward.w2.weight"]
        assert np.array_equal(values(sample, f"blk.{layer}.ffn_down.weight"), down.float().numpy())


def test_the_sample_models_tokenizer_arrives(sample: gguf.GGUFReader) -> None:
    tokens = fact(sample, "tokenizer.ggml.tokens")
    assert (len(tokens), tokens[1], tokens[4]) == (2048, "<s>", open_source("sample:model").tokenizer.decode([4]))
    assert fact(sample, "tokenizer.ggml.model") == "gpt2"
    assert fact(sample, "tokenizer.ggml.pre") == "qwen2"  # it keeps line breaks before Chinese together
    assert fact(sample, "tokenizer.ggml.add_bos_token") is True  # as in training
    assert (fact(sample, "tokenizer.ggml.bos_token_id"), fact(sample, "tokenizer.ggml.eos_token_id")) == (1, 2)
    assert tokens[fact(sample, "tokenizer.ggml.eot_token_id")] == "<|im_end|>"
    assert fact(sample, "tokenizer.ggml.token_type")[1] == gguf.TokenType.CONTROL
    assert "<|im_start|>" in fact(sample, "tokenizer.chat_template")
    assert fact(sample, "llama.context_length") == 1024


def test_the_prompt_template_of_the_training_goes_along(tmp_path: Path) -> None:
    reader = export("sample:model", tmp_path / "m.gguf", template="llama3_chat")
    assert "<|start_header_id|>" in fact(reader, "tokenizer.chat_template")


def test_eight_bits_keep_to_their_bound(tmp_path: Path) -> None:
    reader = export("sample:model", tmp_path / "m.gguf", "q8_0")
    stored = load_file(SAMPLE / "model.safetensors")["model.layers.0.feed_forward.w1.weight"].float().numpy()
    blocks = stored.reshape(-1, 32)
    steps = np.abs(blocks).max(axis=1, keepdims=True) / 127
    error = np.abs(values(reader, "blk.0.ffn_gate.weight").reshape(-1, 32) - blocks)
    assert (error <= steps * 0.51 + 127 * steps * 2**-11).all()
    kinds = {tensor.name: tensor.tensor_type for tensor in reader.tensors}
    assert kinds["output.weight"] == gguf.GGMLQuantizationType.Q8_0
    assert kinds["output_norm.weight"] == gguf.GGMLQuantizationType.F32


@pytest.mark.parametrize("kind", ["f32", "bf16"])
def test_an_engine_gets_the_same_logits(llama: Path, tmp_path: Path, kind: str) -> None:
    from transformers import AutoModelForCausalLM

    reader = export(llama, tmp_path / "m.gguf", kind)
    assert "output.weight" not in {tensor.name for tensor in reader.tensors}
    original = AutoModelForCausalLM.from_pretrained(llama, dtype=torch.float32)
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path, gguf_file="m.gguf", dtype=torch.float32)
    ids = torch.arange(3, 60).unsqueeze(0)
    with torch.no_grad():
        expected, found = original(ids).logits, loaded(ids).logits
    torch.testing.assert_close(found, expected, atol=1e-5 if kind == "f32" else 1e-2, rtol=0)


def test_llama_3_1_scaling_is_what_transformers_computes() -> None:
    from transformers import LlamaConfig
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    rope = {
        "rope_type": "llama3",
        "rope_theta": 500000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    }
    settings = {**SIZES, "hidden_size": 512}
    scaled, _factor = ROPE_INIT_FUNCTIONS["llama3"](LlamaConfig(**settings, rope_parameters=rope), "cpu")
    plain = 500000.0 ** -(torch.arange(0, 128, 2) / 128)
    factors = rope_factors({**settings, "rope_parameters": rope})
    torch.testing.assert_close(plain / factors, scaled)
    assert rope_factors(settings) is None


def changed(folder: Path, target: Path, **settings: Any) -> Path:
    """A copy of a model with other settings; None takes one out."""
    shutil.copytree(folder, target)
    config = json.loads((target / "config.json").read_text()) | settings
    (target / "config.json").write_text(json.dumps({key: value for key, value in config.items() if value is not None}))
    return target


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"model_type": "mamba"}, "models of the type mamba"),
        ({"quantization_config": {"bits": 4}}, "quantised"),
        ({"hidden_act": "gelu"}, r"models of the type llama \(gelu\)"),
        ({"rope_parameters": {"rope_type": "longrope", "factor": 2}}, "scaled in a way"),
        ({"rope_parameters": {"rope_type": "llama3", "factor": 2}}, "scaled in a way"),
        ({"partial_rotary_factor": 0.5}, "scaled in a way"),
        (
            {"rope_scaling": {"type": "yarn", "factor": 2, "original_max_position_embeddings": 8, "mscale": 2}},
            "in a way",
        ),
        ({"rms_norm_eps": None}, "lacks rms_norm_eps"),
        ({"vocab_size": 100}, "has 2048 tokens, but the model only 100 rows"),
        ({"num_hidden_layers": 3}, "Weights are missing: blk.2.attn_norm"),
        ({"num_hidden_layers": 1}, "has no place"),
    ],
)
def test_what_a_file_cannot_hold_is_refused_by_name(
    llama: Path, tmp_path: Path, settings: dict[str, Any], what: str
) -> None:
    folder = changed(llama, tmp_path / "changed", **settings)
    with pytest.raises(WorkbenchError, match=what):
        export(folder, tmp_path / "out" / "m.gguf")
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []


def test_an_adapter_is_merged_first(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(WorkbenchError, match="adapter") as caught:
        open_source(str(tmp_path))
    assert f"workbench merge auto {tmp_path} {tmp_path.name}-merged" in str(caught.value.fix)


def test_values_beyond_sixteen_bits_are_not_made_infinite(tmp_path: Path) -> None:
    folder = save_llama(tmp_path / "large")
    weights = load_file(folder / "model.safetensors")
    weights["model.layers.1.mlp.up_proj.weight"][3, 5] = 1e6
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(WorkbenchError, match=r"blk\.1\.ffn_up\.weight has values that are too large"):
        export(folder, tmp_path / "m.gguf")
    assert values(export(folder, tmp_path / "m.gguf", "f32"), "blk.1.ffn_up.weight")[3, 5] == 1e6


def test_what_is_there_is_replaced_only_if_it_is_a_gguf_file(llama: Path, tmp_path: Path) -> None:
    target = tmp_path / "m.gguf"
    target.write_bytes(b"mine")
    for overwrite, what in ((False, "exists"), (True, "no GGUF file")):
        with pytest.raises(WorkbenchError, match=what):
            export(llama, target, overwrite=overwrite)
    assert target.read_bytes() == b"mine"
    target.write_bytes(b"GGUF of old")
    export(llama, target, overwrite=True)


def test_what_a_killed_attempt_left_is_written_over(llama: Path, tmp_path: Path) -> None:
    (tmp_path / ".m.gguf.partial").write_bytes(b"x" * 10**6)
    reader = export(llama, tmp_path / "m.gguf")
    assert len(reader.tensors) == 2 + 2 * 9


def program(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A llama-quantize that does something else."""
    path = folder / "bin" / "llama-quantize"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")


def test_a_k_quant_goes_through_llama_quantize(llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, 'test "$3" = Q4_K_M && cp "$1" "$2"', monkeypatch)
    (tmp_path / "out").mkdir()
    assert len(export(llama, tmp_path / "out" / "m.gguf", "q4_k_m").tensors) == 2 + 2 * 9


def test_a_failing_llama_quantize_leaves_nothing(llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "echo main: no room for it >&2; exit 3", monkeypatch)
    (tmp_path / "out").mkdir()
    with pytest.raises(WorkbenchError, match="no room for it"):
        export(llama, tmp_path / "out" / "m.gguf", "q4_k_m")
    assert list((tmp_path / "out").iterdir()) == []
