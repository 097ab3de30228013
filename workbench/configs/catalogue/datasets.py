"""What the catalogue's configs train on, as it is named in config names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workbench.configs.catalogue.systems import SYSTEMS
from workbench.i18n import N_

SFT = "sft"
PRETRAIN = "pretrain"
YOUR_FILE = "path/to/your/data.json"


@dataclass(frozen=True)
class TrainingData:
    """A data set with the settings that go with it. ``title`` is translated when shown."""

    key: str
    title: str
    settings: dict[str, Any] = field(default_factory=dict)
    stage: str = SFT


DATASETS = (
    TrainingData(
        "alpaca",
        N_("Alpaca instructions"),
        {"data_path": "tatsu-lab/alpaca", "dataset_format": "alpaca", "system": SYSTEMS["alpaca"]},
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
            "evaluation_inputs": [
                "写一个 Python 函数，把 #0066ee 这样的十六进制颜色转换为 RGB 三元组。",
                "Write a Python function that turns a hexadecimal colour such as #0066ee into an RGB tuple.",
            ],
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
        "json",
        N_("your own JSON file of conversations"),
        {"data_path": YOUR_FILE},
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
            "data_path": "damo/MSAgent-Bench",
            "dataset_format": "msagent_react",
            "system": SYSTEMS["msagent_react"],
            "pack_to_max_length": False,
            "batch_size": 8,
            "accumulative_counts": 1,
            "dataloader_num_workers": 2,
            "evaluation_inputs": ["上海明天天气怎么样？"],
        },
    ),
    TrainingData(
        "oasst1",
        N_("Open Assistant dialogues"),
        {"data_path": "timdettmers/openassistant-guanaco", "dataset_format": "oasst1"},
    ),
    TrainingData(
        "oasst1_512",
        N_("Open Assistant dialogues, short"),
        {
            "data_path": "timdettmers/openassistant-guanaco",
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
        "custom_dataset",
        N_("your own conversations"),
        {"data_path": YOUR_FILE, "prompt_template": "internlm2_chat"},
    ),
    TrainingData(
        "custom_sft",
        N_("your own dialogues in OpenAI messages format"),
        {"data_path": YOUR_FILE, "dataset_format": "openai"},
    ),
    TrainingData(
        "custom_pretrain",
        N_("your own plain texts"),
        {
            "data_path": YOUR_FILE,
            "dataset_format": "pretrain",
            "shuffle_before_pack": False,
            "evaluation_inputs": ["上海是", "Shanghai is"],
        },
        stage=PRETRAIN,
    ),
    TrainingData(
        "untokenized_dataset",
        N_("a folder of your own conversations"),
        {"data_path": "path/to/your/folder", "prompt_template": "internlm2_chat"},
    ),
    TrainingData(
        "tokenized_dataset",
        N_("a folder of tokens made in advance"),
        {"data_path": "path/to/your/folder", "dataset_format": "tokenized", "prompt_template": "internlm2_chat"},
    ),
    TrainingData(
        "identity",
        N_("who the assistant is (`workbench data identity` makes it)"),
        {
            "data_path": "./identity.json",
            "dataset_format": "openai",
            "max_length": 1024,
            "save_steps": 100,
            "save_total_limit": -1,
            "evaluation_freq": 100,
            "evaluation_inputs": ["请你介绍一下你自己", "你是谁", "你是我的小助手吗", "Who are you?"],
            "identity_probes": "./identity.probes.json",
        },
    ),
)
BY_KEY = {data.key: data for data in DATASETS}
