"""Checkpoints, configs and bases as XTuner's users have them, tiny and made by the tests."""

from __future__ import annotations

import json
import sys
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from transformers import CLIPVisionConfig, CLIPVisionModel, LlamaConfig, LlamaForCausalLM

_HISTORY = "mmengine.logging.history_buffer"


def text_config(folder: Path, llm: Path, lora: str = "None") -> Path:
    """A config of supervised fine-tuning."""
    path = folder / "text_config.py"
    path.write_text(
        "from peft import LoraConfig\nfrom transformers import AutoModelForCausalLM\n"
        "from xtuner.model import SupervisedFinetune\nfrom xtuner.utils import PROMPT_TEMPLATE\n"
        f"pretrained_model_name_or_path = {str(llm)!r}\nprompt_template = PROMPT_TEMPLATE.internlm2_chat\n"
        "model = dict(\n    type=SupervisedFinetune,\n"
        "    llm=dict(type=AutoModelForCausalLM.from_pretrained,\n"
        "             pretrained_model_name_or_path=pretrained_model_name_or_path),\n"
        f"    lora={lora})\n",
        encoding="utf-8",
    )
    return path


def llava_config(folder: Path, llm: Path, vision: Path, *, llm_lora: str = "None", vision_lora: str = "None") -> Path:
    """A config of a LLaVA model."""
    path = folder / "llava_config.py"
    path.write_text(
        "from peft import LoraConfig\nfrom transformers import AutoModelForCausalLM, CLIPVisionModel\n"
        "from xtuner.model import LLaVAModel\n"
        "model = dict(\n    type=LLaVAModel,\n    freeze_llm=True,\n    freeze_visual_encoder=True,\n"
        "    llm=dict(type=AutoModelForCausalLM.from_pretrained,\n"
        f"             pretrained_model_name_or_path={str(llm)!r}),\n"
        f"    llm_lora={llm_lora},\n"
        "    visual_encoder=dict(type=CLIPVisionModel.from_pretrained,\n"
        f"                        pretrained_model_name_or_path={str(vision)!r}),\n"
        f"    visual_encoder_lora={vision_lora})\n",
        encoding="utf-8",
    )
    return path


def lora_text(**settings: Any) -> str:
    """The source of adapter settings."""
    given = {"r": 4, "lora_alpha": 8, "lora_dropout": 0.05, "bias": "none", **settings}
    return f"dict(type=LoraConfig, {', '.join(f'{name}={value!r}' for name, value in given.items())})"


def lora_tensors(prefix: str, weights: Mapping[str, torch.Tensor], ends: tuple[str, ...]) -> dict[str, torch.Tensor]:
    """Random factors of rank 4 for the weights that end so, under the names that XTuner saves."""
    torch.manual_seed(5)
    tensors = {}
    for name, weight in weights.items():
        if name.endswith(tuple(f"{end}.weight" for end in ends)):
            module = f"{prefix}.base_model.model.{name.removesuffix('.weight')}"
            tensors[f"{module}.lora_A.default.weight"] = torch.randn(4, weight.shape[1]) * 0.2
            tensors[f"{module}.lora_B.default.weight"] = torch.randn(weight.shape[0], 4) * 0.2
    return tensors


def projector_tensors(vision_width: int, width: int) -> dict[str, torch.Tensor]:
    """The four tensors of a projector."""
    torch.manual_seed(6)
    return {
        "projector.model.0.weight": torch.randn(width, vision_width) * 0.2,
        "projector.model.0.bias": torch.randn(width) * 0.2,
        "projector.model.2.weight": torch.randn(width, width) * 0.2,
        "projector.model.2.bias": torch.randn(width) * 0.2,
    }


def save_pth(path: Path, state: Mapping[str, torch.Tensor], **more: Any) -> Path:
    """A file as MMEngine's runner saves it, histories of its log included."""
    with _history_class() as history_class:
        history = history_class()
        content = {
            "meta": {"epoch": 0, "iter": 12, "seed": 3, **more.pop("meta", {})},
            "state_dict": OrderedDict(state),
            "message_hub": {"log_scalars": {"train/loss": history}, "runtime_info": {"iter": 12}},
            "optimizer": {"state": {0: {"step": torch.tensor(3.0)}}, "param_groups": [{"lr": 2e-4, "params": [0]}]},
            "param_schedulers": [{"last_step": 12}],
            **more,
        }
        torch.save(content, path)
    return path


@contextmanager
def _history_class() -> Iterator[Any]:
    """MMEngine's class of a logged value, as far as pickling one goes."""

    class HistoryBuffer:
        def __init__(self) -> None:
            self._log_history = np.array([1.0, 2.0])
            self._count_history = np.array([1, 1], dtype=np.int64)
            self._last = np.float64(2.0)

        def __getstate__(self) -> dict[str, Any]:
            return {**self.__dict__, "statistics_methods": {"min": HistoryBuffer.min}}

        @staticmethod
        def min() -> None:
            """Named by its class in the file."""

    HistoryBuffer.__module__ = HistoryBuffer.min.__module__ = _HISTORY
    HistoryBuffer.__qualname__, HistoryBuffer.min.__qualname__ = "HistoryBuffer", "HistoryBuffer.min"
    modules = {name: ModuleType(name) for name in ("mmengine", "mmengine.logging", _HISTORY)}
    modules[_HISTORY].HistoryBuffer = HistoryBuffer  # type: ignore[attr-defined]
    sys.modules.update(modules)
    try:
        yield HistoryBuffer
    finally:
        for name in modules:
            del sys.modules[name]


def save_llama(folder: Path) -> Path:
    """A random Llama of a few thousand parameters, with a tokenizer of single bytes."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=260,
        hidden_size=24,
        intermediate_size=40,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    pre = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = {word: number for number, word in enumerate(["<unk>", "<s>", "</s>", *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=words, merges=[], unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def save_clip(folder: Path) -> Path:
    """A random vision tower with the names and files of a CLIP model on the hub."""
    torch.manual_seed(8)
    config = CLIPVisionConfig(
        hidden_size=16,
        intermediate_size=20,
        num_hidden_layers=3,
        num_attention_heads=2,
        image_size=8,
        patch_size=4,
    )
    model = CLIPVisionModel(config)
    model.save_pretrained(folder)
    (folder / "model.safetensors").unlink()
    state = {f"vision_model.{name.removeprefix('vision_model.')}": value for name, value in model.state_dict().items()}
    torch.save(state, folder / "pytorch_model.bin")
    processor = {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 8}, "crop_size": 8}
    (folder / "preprocessor_config.json").write_text(json.dumps(processor), encoding="utf-8")
    return folder
