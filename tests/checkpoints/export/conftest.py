"""Small models of several kinds, with the sample model's tokenizer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.i18n import set_language
from workbench.paths import resolve_model

SAMPLE = Path(resolve_model("sample:model"))
SIZES = {
    "vocab_size": 2048,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}


@pytest.fixture(autouse=True)
def english() -> None:
    """What is refused is looked for in English."""
    set_language("en")


def with_tokenizer(folder: Path) -> Path:
    """The folder with the sample model's tokenizer in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        shutil.copyfile(SAMPLE / name, folder / name)
    return folder


def save_llama(folder: Path, dtype: str = "float32", **settings: Any) -> Path:
    """A random Llama on disk."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    model = LlamaForCausalLM(LlamaConfig(**{**SIZES, **settings}))
    model.to(getattr(torch, dtype)).save_pretrained(folder)
    return with_tokenizer(folder)


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama in 16 bits with grouped query attention and a tied head."""
    return save_llama(tmp_path_factory.mktemp("llama"), "float16", tie_word_embeddings=True)


@pytest.fixture
def light_model(tmp_path: Path) -> Callable[..., Path]:
    """Makes a folder that looks like a model to what reads no weights; arguments change its config."""

    def make(name: str = "my model", **settings: Any) -> Path:
        folder = with_tokenizer(tmp_path / name)
        config = {
            **SIZES,
            "model_type": "llama",
            "architectures": ["LlamaForCausalLM"],
            "rms_norm_eps": 1e-6,
            **settings,
        }
        (folder / "config.json").write_text(json.dumps(config))
        return folder

    return make
