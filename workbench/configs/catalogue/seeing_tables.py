"""What models that see are made of, as it is named in config names: towers, ways of training, pictures with texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workbench.i18n import N_

PRETRAIN, FINETUNE = "pretrain", "finetune"
SAMPLE_MODEL, SAMPLE_DATA = "workbench_sample", "sample"


@dataclass(frozen=True)
class Tower:
    """A vision tower; ``patches`` is what one picture becomes, in places of the language model."""

    key: str
    title: str
    name_or_path: str
    patches: int


TOWERS = (
    Tower("clip_vit_large_p14_336", "CLIP ViT-L/14-336", "openai/clip-vit-large-patch14-336", (336 // 14) ** 2),
    Tower("clip_tiny_p16_96", "CLIP tiny/16-96", "sample:vision_tower", (96 // 16) ** 2),
)
TOWER_BY_KEY = {tower.key: tower for tower in TOWERS}


@dataclass(frozen=True)
class Way:
    """How a part is trained. ``title`` is translated when shown."""

    key: str
    title: str
    settings: dict[str, Any]


LANGUAGE_WAYS = (
    Way("frozen", N_("projector alone"), {"method": "full", "freeze_llm": True}),
    Way("quant", N_("projector alone on a 4-bit base"), {"method": "qlora", "freeze_llm": True}),
    Way(
        "qlora",
        N_("adapter on a 4-bit base (QLoRA)"),
        {"method": "qlora", "lora": {"r": 512, "lora_alpha": 256, "lora_dropout": 0.05}},
    ),
    Way(
        "lora",
        N_("adapter (LoRA)"),
        {"method": "lora", "lora": {"r": 128, "lora_alpha": 256, "lora_dropout": 0.05}},
    ),
    Way("full", N_("all weights"), {"method": "full", "lr": 2e-5, "batch_size": 8}),
)
LANGUAGE_WAY_BY_KEY = {way.key: way for way in LANGUAGE_WAYS}
TOWER_WAYS = (
    Way("frozen", "", {"visual_encoder_method": "frozen"}),
    Way("lora", N_("adapter on the tower"), {"visual_encoder_method": "lora"}),
    Way("full", N_("the tower too"), {"visual_encoder_method": "full"}),
)
TOWER_WAY_BY_KEY = {way.key: way for way in TOWER_WAYS}


@dataclass(frozen=True)
class PictureData:
    """Pictures with texts.

    Args:
        title: translated when shown.
        context: places of one sample in the language model, a picture's patches included.
        follows: the key of what the projector was trained on before.
    """

    key: str
    stage: str
    title: str
    settings: dict[str, Any]
    context: int = 2048
    follows: str = ""


_LLAVA, _INTERNVL = "./data/llava_data", "./data/internvl_sft"
_MIX = f"{_LLAVA}/LLaVA-Instruct-150K/llava_v1_5_mix665k.json"
_INTERNVL_FILES = {
    "sharegpt4v_instruct_gpt4-vision_cap100k": "data",
    "llava_instruct_150k_zh": "data/coco",
    "sharegpt4v_mix665k_cap23k_coco-ap9k_lcs3k_sam9k_div2k": "data",
    "dvqa_train_200k": "data/dvqa",
    "chartqa_train_18k": "data/chartqa",
    "ai2d_train_12k": "data/ai2d",
    "docvqa_train_10k": "data/docvqa",
    "geoqa+": "data/geoqa+",
    "synthdog_en": "data/synthdog-en",
}


_SAMPLE = {
    "pad_image_to_square": True,
    "group_by_length": True,
    "image_folder": "sample:",
    "evaluation_images": ["sample:pictures/held_out/002.png"],
    "evaluation_inputs": ["图形是什么颜色的？", "How many shapes are there?"],
    "image_probes": "sample:llava_questions.json",
}


def _saved_every(iterations: int) -> dict[str, int]:
    return {"save_steps": iterations, "evaluation_freq": iterations}


DATA = (
    PictureData(
        "",
        PRETRAIN,
        N_("captions of LLaVA-Pretrain"),
        {
            "data_path": f"{_LLAVA}/LLaVA-Pretrain/blip_laion_cc_sbu_558k.json",
            "image_folder": f"{_LLAVA}/LLaVA-Pretrain/images",
        },
    ),
    PictureData(
        "sharegpt4v",
        PRETRAIN,
        N_("captions of ShareGPT4V"),
        {
            "data_path": "./data/sharegpt4v/share-captioner_coco_lcs_sam_1246k_1107.json",
            "image_folder": "./data/sharegpt4v/data",
            "batch_size": 16,
            **_saved_every(1000),
        },
        context=4096,
    ),
    PictureData(
        "",
        FINETUNE,
        N_("dialogues of LLaVA-Instruct"),
        {"data_path": _MIX, "image_folder": f"{_LLAVA}/llava_images"},
    ),
    PictureData(
        "internvl",
        FINETUNE,
        N_("dialogues of InternVL-SFT"),
        {
            "data_path": [f"{_INTERNVL}/{name}.jsonl" for name in _INTERNVL_FILES],
            "image_folder": ", ".join(f"{_INTERNVL}/{folder}" for folder in _INTERNVL_FILES.values()),
            **_saved_every(5000),
        },
        context=4096,
        follows="sharegpt4v",
    ),
    PictureData(
        "refcoco",
        FINETUNE,
        N_("dialogues of LLaVA-Instruct, and places of things (RefCOCO)"),
        {
            "data_path": [f"{_LLAVA}/RefCOCOJson/train.json"] * 2 + [_MIX],
            "dataset_format": "refcoco, inv_refcoco, llava",
            "image_folder": f"{_LLAVA}/llava_images",
        },
    ),
    PictureData(
        SAMPLE_DATA,
        PRETRAIN,
        N_("captions of the sample's pictures"),
        {"data_path": "sample:llava_captions.json", **_SAMPLE},
    ),
    PictureData(
        SAMPLE_DATA,
        FINETUNE,
        N_("dialogues about the sample's pictures"),
        {
            "data_path": ["sample:llava_dialogues.json", *["sample:general_dialogue.json"] * 3],
            "dataset_format": "llava, openai, openai, openai",
            **_SAMPLE,
        },
        follows=SAMPLE_DATA,
    ),
)
DATA_BY_KEY = {(data.key, data.stage): data for data in DATA}


@dataclass(frozen=True)
class Seeing:
    """What a language model of the catalogue wants where it is taught to see.

    Args:
        frozen: the way meant by a name that says none, in the first stage; in the second all weights are meant.
        settings: whatever it is trained on and how.
        settings_by_way: the same under one way, a key of `LANGUAGE_WAY_BY_KEY`.
    """

    frozen: str = "quant"
    settings: dict[str, Any] = field(default_factory=dict)
    settings_by_way: dict[str, dict[str, Any]] = field(default_factory=dict)


_SAVED_LATER = {"full": _saved_every(1000)}
LANGUAGE_MODELS = {
    "internlm2_chat_1_8b": Seeing(),
    "internlm2_chat_7b": Seeing(settings_by_way={"full": {"dataloader_num_workers": 0}}),
    "internlm2_chat_20b": Seeing(
        settings_by_way={"qlora": {"batch_size": 8}, "full": {"batch_size": 4, "dataloader_num_workers": 0}}
    ),
    "internlm_chat_7b": Seeing(),
    "llama3_8b_instruct": Seeing("frozen", settings_by_way=_SAVED_LATER),
    "llama3_70b_instruct": Seeing(settings_by_way={"quant": {"lr": 5e-4}}),
    "phi3_mini_4k_instruct": Seeing("frozen", settings_by_way=_SAVED_LATER),
    "vicuna_7b_v15": Seeing(),
    "vicuna_13b_v15": Seeing(),
    # The embedded model is small: it needs higher learning rates than models of billions.
    SAMPLE_MODEL: Seeing(
        "frozen",
        {
            "max_length": 256,
            "batch_size": 16,
            "dataloader_num_workers": 0,
            "lora": {"r": 32, "lora_alpha": 64, "lora_dropout": 0.0},
            "evaluation_max_new_tokens": 64,
            "retention_probes": "sample:retention.probes.json",
            **_saved_every(-1),
        },
        {
            "frozen": {"lr": 2e-3},
            "qlora": {"lr": 2e-3},
            "lora": {"lr": 2e-3},
            "full": {"lr": 3e-4},
        },
    ),
}
"""By their keys in `workbench.configs.catalogue.models`."""
ONE_GPU: dict[str, Any] = {
    "batch_size": 1,
    "dataloader_num_workers": 0,
    "lora": {"r": 64, "lora_alpha": 16, "lora_dropout": 0.05},
    **_saved_every(50_000),
}
