"""Data of one's own, as it is named in config names."""

from __future__ import annotations

from workbench.configs.catalogue.dataset import PRETRAIN, TrainingData
from workbench.i18n import N_

YOUR_FILE, YOUR_FOLDER = "path/to/your/data.json", "path/to/your/folder"
DATASETS = (
    TrainingData(
        "json",
        N_("your own JSON file of conversations"),
        {"data_path": YOUR_FILE},
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
        "custom_tools",
        N_("your own dialogues with tools: OpenAI messages, tool_calls and tools"),
        {"data_path": YOUR_FILE, "dataset_format": "openai", "max_length": 4096},
    ),
    TrainingData(
        "custom_pretrain",
        N_("your own plain texts"),
        {
            "data_path": YOUR_FILE,
            "dataset_format": PRETRAIN,
            "stage": PRETRAIN,
            "shuffle_before_pack": False,
            "evaluation_inputs": ["上海是", "Shanghai is"],
        },
        stage=PRETRAIN,
    ),
    TrainingData(
        "untokenized_dataset",
        N_("a folder of your own conversations"),
        {"data_path": YOUR_FOLDER, "prompt_template": "internlm2_chat"},
    ),
    TrainingData(
        "tokenized_dataset",
        N_("a folder of tokens made in advance"),
        {"data_path": YOUR_FOLDER, "dataset_format": "tokenized", "prompt_template": "internlm2_chat"},
    ),
    TrainingData(
        "internevo_dataset",
        N_("a folder of tokens made for InternEvo"),
        {"data_path": YOUR_FOLDER, "dataset_format": "tokenized", "prompt_template": "internlm2_chat"},
    ),
    TrainingData(
        "intern_repo_dataset_template",
        N_("a folder of tokens made for InternEvo"),
        {
            "data_path": YOUR_FOLDER,
            "dataset_format": "tokenized",
            "prompt_template": "internlm_chat",
            "max_length": 8192,
            "accumulative_counts": 4,
        },
    ),
    TrainingData(
        "tools",
        N_("calculator, clock and a search for papers in the ReAct protocol (sample dialogues)"),
        {
            "data_path": ["sample:tool_dialogues.json", *["sample:general_dialogue.json"] * 2],
            "dataset_format": "openai",
            "max_length": 1024,
            "save_steps": 100,
            "save_total_limit": -1,
            "evaluation_freq": 100,
            "evaluation_max_new_tokens": 96,
            "evaluation_inputs": ["你好", "What is the capital of France?"],
            "question_sets": {"valid_calls": "sample:tool_questions.json"},
        },
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
