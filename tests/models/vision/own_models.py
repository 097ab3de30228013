"""Tiny image-text models of several families with their own processors, written to folders as hubs have them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers as hf

from workbench.models.load import load_tokenizer
from workbench.models.vision.own_processor import pictures_only

SIDE, PATCH = 32, 8
_VOCABULARY = 2176
_TEXT = {
    "vocab_size": _VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 1024,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
_TOWER = {
    "hidden_size": 24,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "image_size": SIDE,
    "patch_size": PATCH,
}
_SIDES = {"height": SIDE, "width": SIDE}

# How each family's own chat template writes messages.
_CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}IMAGE{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_LLAVA = (
    "{% for message in messages %}{{ message['role'].upper() }}: "
    "{% for part in message['content'] if part['type'] == 'image' %}<image>\n{% endfor %}"
    "{% for part in message['content'] if part['type'] == 'text' %}{{ part['text'] }}{% endfor %}"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% else %} {% endif %}{% endfor %}"
    "{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)
_GEMMA = (
    "{{ bos_token }}{% for message in messages %}<start_of_turn>"
    "{{ 'model' if message['role'] == 'assistant' else message['role'] }}\n"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}<start_of_image>"
    "{% else %}{{ part['text'] | trim }}{% endif %}{% endfor %}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
_SMOLVLM = (
    "<|im_start|>{% for message in messages %}{{ message['role'] | capitalize }}"
    "{% if message['content'][0]['type'] == 'image' %}:{% else %}: {% endif %}"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}<end_of_utterance>\n{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}"
)


def _tokenizer(template: str, others: tuple[str, ...] = (), **named: str) -> Any:
    base = load_tokenizer("sample:model")
    made = hf.PreTrainedTokenizerFast(
        tokenizer_object=base.backend_tokenizer,
        bos_token=base.bos_token,
        eos_token=base.eos_token,
        pad_token=base.pad_token,
        extra_special_tokens=named,
    )
    made.add_tokens([hf.AddedToken(token, special=True, normalized=False) for token in others])
    made.chat_template = template
    return made


def _llava() -> tuple[Any, Any]:
    tokenizer = _tokenizer(_LLAVA, image_token="<image>")
    config = hf.LlavaConfig(
        text_config=hf.LlamaConfig(**_TEXT),
        vision_config=hf.CLIPVisionConfig(**_TOWER),
        image_token_id=tokenizer.image_token_id,
        image_seq_length=(SIDE // PATCH) ** 2,
    )
    pictures = hf.CLIPImageProcessorPil(size={"shortest_edge": SIDE}, crop_size=_SIDES)
    processor = hf.LlavaProcessor(
        pictures, tokenizer, patch_size=PATCH, vision_feature_select_strategy="default", num_additional_image_tokens=1
    )
    return hf.LlavaForConditionalGeneration(config), processor


def _llava_next() -> tuple[Any, Any]:
    tokenizer = _tokenizer(_LLAVA, image_token="<image>")
    grid = [[SIDE, 2 * SIDE], [2 * SIDE, SIDE], [2 * SIDE, 2 * SIDE]]
    config = hf.LlavaNextConfig(
        text_config=hf.LlamaConfig(**_TEXT),
        vision_config=hf.CLIPVisionConfig(**_TOWER),
        image_token_id=tokenizer.image_token_id,
        image_grid_pinpoints=grid,
    )
    pictures = hf.LlavaNextImageProcessorPil(size={"shortest_edge": SIDE}, crop_size=_SIDES, image_grid_pinpoints=grid)
    processor = hf.LlavaNextProcessor(
        pictures, tokenizer, patch_size=PATCH, vision_feature_select_strategy="default", num_additional_image_tokens=1
    )
    return hf.LlavaNextForConditionalGeneration(config), processor


def _qwen2_5_vl() -> tuple[Any, Any]:
    marks = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
    tokenizer = _tokenizer(_CHATML.replace("IMAGE", "<|vision_start|><|image_pad|><|vision_end|>"), marks)
    start, end, image, video = tokenizer.convert_tokens_to_ids(list(marks))
    rope = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0}
    config = hf.Qwen2_5_VLConfig(
        text_config={**_TEXT, "rope_parameters": rope},
        vision_config={
            "depth": 2, "hidden_size": 32, "intermediate_size": 48, "num_heads": 4, "out_hidden_size": 32,
            "patch_size": PATCH, "window_size": 4 * PATCH, "fullatt_block_indexes": [1],
        },
        image_token_id=image, video_token_id=video, vision_start_token_id=start, vision_end_token_id=end,
    )  # fmt: skip
    pictures = hf.Qwen2VLImageProcessorPil(patch_size=PATCH, size={"shortest_edge": 256, "longest_edge": 4096})
    processor = pictures_only(hf.Qwen2_5_VLProcessor)(pictures, tokenizer, None)
    return hf.Qwen2_5_VLForConditionalGeneration(config), processor


def _qwen3_vl() -> tuple[Any, Any]:
    marks = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
    tokenizer = _tokenizer(_CHATML.replace("IMAGE", "<|vision_start|><|image_pad|><|vision_end|>"), marks)
    start, end, image, video = tokenizer.convert_tokens_to_ids(list(marks))
    rope = {"rope_type": "default", "mrope_section": [2, 1, 1], "mrope_interleaved": True, "rope_theta": 10000.0}
    config = hf.Qwen3VLConfig(
        text_config={**_TEXT, "rope_parameters": rope},
        vision_config={
            "depth": 2, "hidden_size": 32, "intermediate_size": 48, "num_heads": 4, "out_hidden_size": 32,
            "patch_size": PATCH, "num_position_embeddings": 64, "deepstack_visual_indexes": [0],
        },
        image_token_id=image, video_token_id=video, vision_start_token_id=start, vision_end_token_id=end,
    )  # fmt: skip
    pictures = hf.Qwen2VLImageProcessorPil(patch_size=PATCH, size={"shortest_edge": 256, "longest_edge": 4096})
    processor = pictures_only(hf.Qwen3VLProcessor)(pictures, tokenizer, None)
    return hf.Qwen3VLForConditionalGeneration(config), processor


def _internvl() -> tuple[Any, Any]:
    tokenizer = _tokenizer(
        _CHATML.replace("IMAGE", "<IMG_CONTEXT>\n"),
        start_image_token="<img>", end_image_token="</img>", context_image_token="<IMG_CONTEXT>", video_token="<video>",
    )  # fmt: skip
    config = hf.InternVLConfig(
        text_config=hf.Qwen2Config(**_TEXT),
        vision_config={**_TOWER, "image_size": [SIDE, SIDE], "patch_size": [PATCH, PATCH]},
        image_token_id=tokenizer.context_image_token_id,
        image_seq_length=4,
        downsample_ratio=0.5,
    )
    pictures = hf.GotOcr2ImageProcessorPil(size=_SIDES, max_patches=4)
    processor = pictures_only(hf.InternVLProcessor)(pictures, tokenizer, None, image_seq_length=4)
    return hf.InternVLForConditionalGeneration(config), processor


def _gemma3() -> tuple[Any, Any]:
    tokenizer = _tokenizer(
        _GEMMA, ("<start_of_turn>", "<end_of_turn>"),
        boi_token="<start_of_image>", eoi_token="<end_of_image>", image_token="<image_soft_token>",
    )  # fmt: skip
    config = hf.Gemma3Config(
        text_config={**_TEXT, "sliding_window": 64, "query_pre_attn_scalar": 8},
        vision_config=_TOWER,
        mm_tokens_per_image=4,
        boi_token_index=tokenizer.boi_token_id,
        eoi_token_index=tokenizer.eoi_token_id,
        image_token_id=tokenizer.image_token_id,
    )
    pictures = hf.Gemma3ImageProcessorPil(size=_SIDES)
    processor = hf.Gemma3Processor(pictures, tokenizer, image_seq_length=4)
    return hf.Gemma3ForConditionalGeneration(config), processor


def _idefics3() -> tuple[Any, Any]:
    grid = tuple(f"<row_{row}_col_{column}>" for row in range(1, 3) for column in range(1, 3))
    marks = ("<fake_token_around_image>", "<image>", "<end_of_utterance>", "<global-img>", *grid)
    tokenizer = _tokenizer(_SMOLVLM, marks)
    config = hf.Idefics3Config(
        text_config=hf.LlamaConfig(**_TEXT),
        vision_config=_TOWER,
        scale_factor=2,
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
    )
    pictures = hf.Idefics3ImageProcessorPil(size={"longest_edge": 2 * SIDE}, max_image_size={"longest_edge": SIDE})
    processor = hf.Idefics3Processor(pictures, tokenizer, image_seq_len=4)
    return hf.Idefics3ForConditionalGeneration(config), processor


FAMILIES: dict[str, Callable[[], tuple[Any, Any]]] = {
    "llava": _llava,
    "llava_next": _llava_next,
    "qwen2_5_vl": _qwen2_5_vl,
    "qwen3_vl": _qwen3_vl,
    "internvl": _internvl,
    "gemma3": _gemma3,
    "idefics3": _idefics3,
}


def write_own_model(kind: str, folder: Path) -> Any:
    """A model drawn by lot, with its processor, in a folder; the processor that was written."""
    torch.manual_seed(1)
    model, processor = FAMILIES[kind]()
    model.save_pretrained(folder)
    processor.image_processor.save_pretrained(folder)
    processor.tokenizer.save_pretrained(folder)
    processor.chat_template = processor.tokenizer.chat_template
    settings = {name: value for name, value in processor.to_dict().items() if not isinstance(value, dict)}
    (folder / "processor_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return processor
