"""The catalogue's models that see: the values of LLaVA's two stages, and names that are composed."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.configs.catalogue import entries, published_names, resolve
from workbench.data.sources import sources_of
from workbench.errors import WorkbenchError
from workbench.paths import resolve_model

CLIP = "clip_vit_large_p14_336"
FIRST = f"llava_internlm2_chat_1_8b_{CLIP}_e1_gpu8_pretrain"
SECOND = f"llava_internlm2_chat_1_8b_qlora_{CLIP}_lora_e1_gpu8_finetune"
SAMPLE_FIRST = "llava_workbench_sample_clip_tiny_p16_96_e2_pretrain"
SAMPLE_SECOND = "llava_workbench_sample_lora_clip_tiny_p16_96_e2_finetune"
SEEING = [name for name in published_names() if name.startswith("llava_")]


def test_the_first_stage_trains_the_projector_alone() -> None:
    config = resolve(FIRST)
    assert (config.method, config.freeze_llm, config.visual_encoder_method) == ("qlora", True, "frozen")
    assert (config.batch_size, config.accumulative_counts, config.lr, config.max_length) == (32, 1, 1e-3, 1472)
    assert (config.pad_image_to_square, config.group_by_length, config.pretrained_pth) == (False, False, None)
    assert config.data_path == "./data/llava_data/LLaVA-Pretrain/blip_laion_cc_sbu_558k.json"
    assert config.image_folder == "./data/llava_data/LLaVA-Pretrain/images"
    assert config.evaluation_inputs == ["请描述一下这张照片", "Please describe this picture"]
    assert config.evaluation_images == []  # nothing is fetched unless the user gives an address


def test_the_second_stage_trains_two_adapters_from_the_first() -> None:
    config = resolve(SECOND)
    assert (config.method, config.freeze_llm, config.visual_encoder_method) == ("qlora", False, "lora")
    assert (config.batch_size, config.accumulative_counts, config.lr, config.max_length) == (16, 1, 2e-4, 1472)
    assert (config.lora.r, config.lora.lora_alpha, config.lora.lora_dropout) == (512, 256, 0.05)
    tower = config.visual_encoder_lora
    assert (tower.r, tower.lora_alpha, tower.lora_dropout) == (64, 16, 0.05)
    assert (config.pad_image_to_square, config.group_by_length) == (True, True)
    assert config.pretrained_pth == f"./work_dirs/{FIRST}"


@pytest.mark.parametrize("name", [name for name in SEEING if "finetune" in name])
def test_every_second_stage_begins_from_a_published_first_one_of_the_same_model(name: str) -> None:
    config = resolve(name)
    assert config.pretrained_pth is not None
    first = resolve(config.pretrained_pth.removeprefix("./work_dirs/"))
    for field in ("pretrained_model_name_or_path", "visual_encoder_name_or_path", "prompt_template", "max_length"):
        assert getattr(first, field) == getattr(config, field), field
    assert first.freeze_llm
    assert config.pretrained_pth.rpartition("/")[2] in published_names()


@pytest.mark.parametrize("name", [name for name in SEEING if "_gpu" in name or "_v15_7b" in name or "_v15_13b" in name])
def test_a_step_has_as_many_samples_on_one_gpu_as_on_eight(name: str) -> None:
    config = resolve(name)
    gpus = 1 if "_gpu1_" in name else 8
    assert gpus * config.batch_size * config.accumulative_counts == (256 if name.endswith("pretrain") else 128)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("llava_v15_7b_finetune_lora", {"method": "lora", "lr": 2e-4, "batch_size": 16, "prompt_template": "vicuna"}),
        (
            f"llava_llama3_70b_instruct_quant_{CLIP}_e1_gpu8_pretrain",
            {"pretrained_model_name_or_path": "meta-llama/Meta-Llama-3-70B-Instruct", "lr": 5e-4},
        ),
        (
            f"llava_phi3_mini_4k_instruct_full_{CLIP}_full_e2_gpu8_internvl_finetune",
            {"visual_encoder_method": "full", "max_length": 3520, "max_epochs": 2, "prompt_template": "phi3_chat"},
        ),
        (
            f"llava_vicuna_7b_v15_qlora_{CLIP}_lora_e1_gpu8_finetune_refcoco",
            {"dataset_format": "refcoco, inv_refcoco, llava"},
        ),
        (
            f"llava_llama3_8b_instruct_qlora_{CLIP}_e1_gpu1_finetune",
            {"batch_size": 1, "accumulative_counts": 128, "save_steps": 50000, "visual_encoder_method": "frozen"},
        ),
    ],
)
def test_values_are_those_the_name_promises(name: str, expected: dict[str, object]) -> None:
    config = resolve(name)
    assert {field: getattr(config, field) for field in expected} == expected


def test_each_file_of_a_mixture_has_the_folder_of_its_pictures() -> None:
    config = resolve(f"llava_llama3_8b_instruct_full_{CLIP}_lora_e1_gpu8_internvl_finetune")
    folders = dict(zip(config.data_paths, config.image_folders, strict=True))
    assert len(folders) == 9
    assert folders["./data/internvl_sft/dvqa_train_200k.jsonl"] == "./data/internvl_sft/data/dvqa"


@pytest.mark.parametrize("name", [SAMPLE_FIRST, SAMPLE_SECOND])
def test_everything_that_the_sample_names_is_there(name: str) -> None:
    config = resolve(name)
    assert (config.accumulative_counts, config.max_length) == (1, 256)
    assert all(source.files() for source in sources_of(config))
    assert (config.save_steps, config.evaluation_freq) == (-1, -1)  # scores take longer than an epoch
    named = [
        config.pretrained_model_name_or_path,
        config.visual_encoder_name_or_path,
        config.image_folder,
        config.image_probes,
        config.retention_probes,
        *config.evaluation_images,
    ]
    assert all(path and Path(resolve_model(path)).exists() for path in named)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (f"llava_internlm2_chat_7b_frozen_{CLIP}_full_e2_gpu4_finetune", {"freeze_llm": True, "max_epochs": 2}),
        ("llava_workbench_sample_qlora_clip_tiny_p16_96_lora_e1_finetune", {"method": "qlora", "freeze_llm": False}),
        (
            f"llava_internlm2_chat_1_8b_qlora_{CLIP}_e1_gpu1_sample_finetune",
            {"image_folder": "sample:", "pretrained_pth": f"./work_dirs/llava_internlm2_chat_1_8b_{CLIP}_e1_gpu1_sample_pretrain"},
        ),
    ],
)  # fmt: skip
def test_a_name_that_is_not_published_but_well_formed_composes(name: str, expected: dict[str, object]) -> None:
    config = resolve(name)
    assert {field: getattr(config, field) for field in expected} == expected


@pytest.mark.parametrize(
    "name",
    [f"llava_internlm2_chat_1_8b_{CLIP}_e1_gpu8_internvl_pretrain", f"llava_internlm2_7b_{CLIP}_e1_gpu8_pretrain"],
)
def test_what_does_not_go_together_is_no_name(name: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        resolve(name)
    assert caught.value.fix is not None and "llava_internlm2_chat" in caught.value.fix


def test_rows_of_the_catalogue_tell_the_stage() -> None:
    (first,) = entries(FIRST)
    assert (first.family, first.method, first.stage) == ("llava", "frozen", "llava_pretrain")
    (second,) = entries(SECOND)
    assert (second.method, second.stage, second.dataset) == ("qlora", "llava_finetune", "llava")
    assert len([entry for entry in entries("llava_") if entry.family == "llava"]) == len(SEEING) == 35
