"""Datasets that anyone can fetch, as they are named in config names."""

from __future__ import annotations

from typing import Any

from workbench.configs.catalogue.dataset import PRETRAIN, TrainingData
from workbench.configs.catalogue.systems import SYSTEMS
from workbench.i18n import N_

_ALPACA, _ALPACA_ZH = "tatsu-lab/alpaca", "silk-road/alpaca-data-gpt4-chinese"
_OASST1 = "timdettmers/openassistant-guanaco"
_MOSS_PLAIN = "./data/moss-003-sft-no-tools.jsonl"
_MOSS_TOOLS = (
    "./data/conversations_with_tools_with_inner_instruction_no_text2image_train_all_random_meta0.5_0.1_0.01_"
    "moss_0709.jsonl"
)
_MOSS: dict[str, Any] = {
    "dataset_format": "moss_sft",
    "prompt_template": "moss_sft",
    "pack_to_max_length": False,
    "system": SYSTEMS["moss_sft"].replace("{bot_name}", "the model"),
    "evaluation_inputs": ["一个正方体的体积是 64 立方厘米，它的表面积是多少？", "Who wrote the Art of War?"],
}
_COLOUR_PROGRAMS = [
    "写一个 Python 函数，把 #0066ee 这样的十六进制颜色转换为 RGB 三元组。",
    "Write a Python function that turns a hexadecimal colour such as #0066ee into an RGB tuple.",
]
DATASETS = (
    TrainingData(
        "agentflan",
        N_("tool use in the ReAct protocol (Agent-FLAN)"),
        {
            "data_path": "./Agent-FLAN/data_converted",
            "dataset_format": "openai",
            "max_length": 4096,
            "system": SYSTEMS["agentflan"],
            "evaluation_inputs": ["Please help me search the InternLM2 Technical Report."],
        },
    ),
    TrainingData(
        "alpaca",
        N_("Alpaca instructions"),
        {"data_path": _ALPACA, "dataset_format": "alpaca", "system": SYSTEMS["alpaca"]},
    ),
    TrainingData(
        "alpaca_zh",
        N_("Chinese Alpaca instructions"),
        {"data_path": _ALPACA_ZH, "dataset_format": "alpaca_zh", "system": SYSTEMS["alpaca"]},
    ),
    TrainingData(
        "alpaca_enzh",
        N_("Alpaca instructions, English and Chinese"),
        {
            "data_path": [_ALPACA, _ALPACA_ZH],
            "dataset_format": "alpaca, alpaca_zh",
            "system": SYSTEMS["alpaca"],
        },
    ),
    TrainingData(
        "alpaca_enzh_oasst1",
        N_("Alpaca instructions in two languages and Open Assistant dialogues"),
        {
            "data_path": [_ALPACA, _ALPACA_ZH, _OASST1],
            "dataset_format": "alpaca, alpaca_zh, oasst1",
            "system": SYSTEMS["alpaca"],
        },
    ),
    TrainingData(
        "arxiv_gentitle",
        N_("titles for arXiv abstracts"),
        {
            "data_path": "./data/arxiv_data.json",
            "dataset_format": "arxiv",
            "system": SYSTEMS["arxiv_gentile"],
            "evaluation_inputs": [
                "We fine-tune a small language model on a few hundred dialogues and show that it keeps what it knew.",
                "We present a terminal program that trains, checks and serves language models over a slow connection.",
            ],
        },
    ),
    TrainingData(
        "code_alpaca",
        N_("programming tasks (CodeAlpaca)"),
        {
            "data_path": "HuggingFaceH4/CodeAlpaca_20K",
            "dataset_format": "code_alpaca",
            "system": SYSTEMS["coder"],
            "evaluation_freq": 100,
            "evaluation_inputs": _COLOUR_PROGRAMS,
        },
    ),
    TrainingData(
        "colorist",
        N_("colour codes from descriptions"),
        {
            "data_path": "burkelibbey/colors",
            "dataset_format": "colors",
            "system": SYSTEMS["colorist"],
            "evaluation_freq": 200,
            "evaluation_inputs": [
                "请给我一个像天空一样清澈透明的蓝色。",
                "Please give me a clear blue like the sky.",
            ],
        },
    ),
    TrainingData(
        "lawyer",
        N_("Chinese legal questions"),
        {
            "data_path": ["./data/CrimeKgAssitant清洗后_52k.json", "./data/训练数据_带法律依据_92k.json"],
            "dataset_format": "crime_kg_assitan, law_reference",
            "system": SYSTEMS["lawyer"],
            "evaluation_inputs": ["请问离婚需要准备什么材料？", "销售鳄鱼皮包违法吗？"],
        },
    ),
    TrainingData(
        "msagent_react",
        N_("tool use in the ReAct protocol (MSAgent-Bench)"),
        {
            "data_path": "modelscope:damo/MSAgent-Bench",
            "dataset_format": "msagent_react",
            "system": SYSTEMS["msagent_react"],
            "pack_to_max_length": False,
            "evaluation_inputs": ["上海明天天气怎么样？"],
        },
    ),
    TrainingData(
        "oasst1",
        N_("Open Assistant dialogues"),
        {"data_path": _OASST1, "dataset_format": "oasst1"},
    ),
    TrainingData(
        "oasst1_512",
        N_("Open Assistant dialogues, short"),
        {
            "data_path": _OASST1,
            "dataset_format": "oasst1",
            "max_length": 512,
            "pack_to_max_length": False,
        },
    ),
    TrainingData(
        "sql",
        N_("SQL queries from questions"),
        {
            "data_path": "b-mc2/sql-create-context",
            "dataset_format": "sql",
            "system": SYSTEMS["sql"],
            "evaluation_inputs": [
                "CREATE TABLE station (name VARCHAR, lat VARCHAR, city VARCHAR)\nFind the name, latitude, and city of stations with latitude above 50.",
                "CREATE TABLE weather (zip_code VARCHAR, mean_visibility_miles INTEGER)\n找到mean_visibility_miles最大的zip_code。",
            ],
        },
    ),
    TrainingData(
        "medical",
        N_("Chinese medical questions"),
        {
            "data_path": "shibing624/medical@finetune",
            "dataset_format": "medical",
            "system": SYSTEMS["medical"],
            "evaluation_inputs": ["高血压患者平时饮食要注意什么？", "孩子发烧到三十九度应该怎么办？"],
        },
    ),
    TrainingData(
        "moss_sft_all", N_("MOSS dialogues, with tools and without"), {"data_path": [_MOSS_PLAIN, _MOSS_TOOLS], **_MOSS}
    ),
    TrainingData("moss_sft_plugins", N_("MOSS dialogues with tools"), {"data_path": _MOSS_TOOLS, **_MOSS}),
    TrainingData(
        "oasst1_mmlu",
        N_("Open Assistant dialogues"),
        {"data_path": _OASST1, "dataset_format": "oasst1"},
    ),
    TrainingData(
        "open_platypus",
        N_("Open-Platypus: science and logic"),
        {"data_path": "garage-bAInd/Open-Platypus", "dataset_format": "alpaca", "system": SYSTEMS["alpaca"]},
    ),
    TrainingData(
        "openorca",
        N_("OpenOrca instructions"),
        {"data_path": "Open-Orca/OpenOrca", "dataset_format": "openorca", "evaluation_freq": 5000},
    ),
    TrainingData(
        "pgbooks",
        N_("whole books of Project Gutenberg, as tokens"),
        {
            "data_path": "emozilla/pg_books-tokenized-bos-eos-chunked-65536",
            "dataset_format": "tokenized",
            "max_length": 65536,
            "pack_to_max_length": False,
        },
    ),
    TrainingData(
        "skypile_pretrain",
        N_("Chinese web pages (SkyPile)"),
        {
            "data_path": "Skywork/SkyPile-150B",
            "dataset_format": PRETRAIN,
            "stage": PRETRAIN,
            "evaluation_inputs": ["上海有名的地方有"],
            "evaluation_max_new_tokens": 100,
            "lora": {"lora_dropout": 0.05},
        },
        stage=PRETRAIN,
    ),
    TrainingData(
        "stack_exchange_example",
        N_("questions of Stack Exchange"),
        {"data_path": "ArmelR/stack-exchange-instruction", "dataset_format": "stack_exchange"},
    ),
    TrainingData(
        "tiny_codes",
        N_("short programs with explanations (tiny-codes)"),
        {
            "data_path": "nampdn-ai/tiny-codes",
            "dataset_format": "tiny_codes",
            "system": SYSTEMS["coder"],
            "evaluation_inputs": _COLOUR_PROGRAMS,
        },
    ),
    TrainingData(
        "wizardlm",
        N_("WizardLM's evolved instructions"),
        {"data_path": "WizardLM/WizardLM_evol_instruct_V2_196k", "dataset_format": "wizardlm"},
    ),
)
