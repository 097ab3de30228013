"""Configs of LLaVA models: the tower, what is trained of it, and the pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.configs.xtuner.samples import INTERNVL, LLAVA, written
from workbench.configs.schema import TrainConfig
from workbench.configs.xtuner.imported import ImportedConfig, import_config


def imported(tmp_path: Path, text: str, *assignments: str) -> ImportedConfig:
    return import_config(written(tmp_path, text), assignments=assignments)


def config_of(tmp_path: Path, old: str = "", new: str = "") -> TrainConfig:
    """The sample's config with one place of it written otherwise."""
    made = imported(tmp_path, changed(old, new) if old else LLAVA)
    assert made.config is not None, made.refusals
    return made.config


def changed(old: str, new: str) -> str:
    assert LLAVA.count(old) == 1, f"{old!r} stands there {LLAVA.count(old)} times"
    return LLAVA.replace(old, new)


def several(second: str) -> str:
    """The config with a second dataset, made of the first by changes."""
    return LLAVA + (
        f"\nsecond = dict(**first_set)\nsecond.update({second})\n"
        "train_dataloader['dataset'] = dict(type='ConcatDataset', datasets=[first_set, second])\n"
    )


def test_a_llava_config_becomes_ours_field_by_field(tmp_path: Path) -> None:
    made = imported(tmp_path, LLAVA)
    assert made.config == TrainConfig(
        pretrained_model_name_or_path="my/llm",
        method="qlora",
        prompt_template="vicuna",
        data_path="./pictures/rows.json",
        dataset_format="llava",
        max_length=1472,
        pack_to_max_length=False,
        dataloader_num_workers=4,
        visual_encoder_name_or_path="my/clip",
        pretrained_pth="./work_dirs/first/iter_9.pth",
        image_folder="./pictures/images",
        pad_image_to_square=True,
        visual_encoder_method="lora",
        visual_encoder_lora={"r": 64, "lora_alpha": 16, "lora_dropout": 0.0, "target_modules": ["q_proj", "v_proj"]},
        group_by_length=True,
        max_epochs=1,
        batch_size=16,
        accumulative_counts=1,
        lr=3e-4,
        lr_scheduler_type="constant",
        warmup_ratio=0,
        lora={"r": 512, "lora_alpha": 256, "lora_dropout": 0.05},
        quantization={
            "bnb_4bit_quant_type": "fp4",
            "bnb_4bit_use_double_quant": False,
            "bnb_4bit_compute_dtype": "float32",
        },
        evaluation_freq=70,
        evaluation_inputs=["What is this?"],
        evaluation_images=["cat.png"],
    )
    assert [one.field for one in made.lost] == ["model.projector_depth"]


_WITHOUT_LLM_LORA = "    llm_lora=dict(type=LoraConfig, r=512, lora_alpha=256, lora_dropout=0.05, bias='none', task_type='CAUSAL_LM'),\n"
_WITHOUT_TOWER_LORA = (
    ",\n    visual_encoder_lora=dict(type=LoraConfig, r=64, lora_alpha=16, target_modules=('q_proj', 'v_proj'))"
)


def test_without_an_adapter_the_frozen_language_model_only_carries_the_projector(tmp_path: Path) -> None:
    config = config_of(tmp_path, _WITHOUT_LLM_LORA)
    assert (config.method, config.freeze_llm) == ("qlora", True)
    text = changed(_WITHOUT_LLM_LORA, "").replace(", load_in_4bit=True", "")
    whole = imported(tmp_path, text).config
    assert whole is not None
    assert (whole.method, whole.freeze_llm) == ("full", True)
    trained = imported(tmp_path, text.replace("freeze_llm=True", "freeze_llm=False")).config
    assert trained is not None
    assert (trained.method, trained.freeze_llm) == ("full", False)


@pytest.mark.parametrize(("frozen", "way"), [("True", "frozen"), ("False", "full")])
def test_without_an_adapter_the_tower_is_frozen_or_trained_whole(tmp_path: Path, frozen: str, way: str) -> None:
    text = changed(_WITHOUT_TOWER_LORA, "").replace("freeze_visual_encoder=True", f"freeze_visual_encoder={frozen}")
    config = imported(tmp_path, text).config
    assert config is not None
    assert config.visual_encoder_method == way


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ("dataset_map_fn=llava_map_fn", "dataset_map_fn='xtuner.dataset.map_fns.llava_image_only_map_fn'", "dataset_format", "llava_image_only"),
        ("    pad_image_to_square=True", "    max_dataset_length=7", "pad_image_to_square", False),
        ("    pad_image_to_square=True", "    max_dataset_length=7", "max_dataset_length", 7),
        ("    projector_depth=3", "    visual_select_layer=-1", "visual_select_layer", -1),
        ("evaluation_images='cat.png'", "evaluation_images=['a.png', 'b.png']", "evaluation_images", ["a.png", "b.png"]),
        ("    dataset=first_set,\n    sampler=dict(type=LengthGroupedSampler, length_property='modality_length', per_device_batch_size=16)", "    dataset=first_set", "group_by_length", False),
    ],
)  # fmt: skip
def test_a_setting_written_otherwise_is_carried_by_its_meaning(
    tmp_path: Path, old: str, new: str, field: str, value: object
) -> None:
    assert getattr(config_of(tmp_path, old, new), field) == value


def test_an_address_is_kept_and_said_to_be_fetched(tmp_path: Path) -> None:
    made = imported(tmp_path, changed("'cat.png'", "'https://example.org/view.jpg'"))
    assert made.config is not None
    assert made.config.evaluation_images == ["https://example.org/view.jpg"]
    (note,) = [one.note for one in made.changed if one.field == "evaluation_images"]
    assert "fetched" in note


def test_several_datasets_keep_their_folders_and_formats(tmp_path: Path) -> None:
    same = imported(tmp_path, several("data_path='more.json'")).config
    assert same is not None
    assert (same.data_path, same.image_folder) == (["./pictures/rows.json", "more.json"], "./pictures/images")
    other = imported(tmp_path, several("type='RefCOCOJsonDataset', data_path='boxes.json', image_folder='coco'")).config
    assert other is not None
    assert other.image_folders == ["./pictures/images", "coco"]
    assert other.dataset_formats == ["llava", "refcoco"]


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ("pad_image_to_square=False", "do not agree on pad_image_to_square"),
        ("max_length=99", "do not agree on max_length"),
        ("offline_processed_text_folder='made'", "Rows that XTuner prepared are not read"),
        ("type='MyPictures'", "MyPictures is not known"),
    ],
)
def test_datasets_that_cannot_be_trained_together_are_refused(tmp_path: Path, second: str, reason: str) -> None:
    made = imported(tmp_path, several(second))
    assert made.config is None
    assert reason in " ".join(one.reason for one in made.refusals)


def test_a_limit_of_one_dataset_among_several_is_told(tmp_path: Path) -> None:
    made = imported(tmp_path, several("max_dataset_length=5"))
    assert made.config is not None
    assert made.config.max_dataset_length is None
    assert "train_dataloader.dataset.datasets[1].max_dataset_length" in {one.field for one in made.lost}


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("visual_encoder=dict(type=CLIPVisionModel.from_pretrained", "visual_encoder=dict(type='my.Tower'", "visual_encoder_name_or_path"),
        ("pretrained_model_name_or_path='my/clip'),\n    visual", "pretrained_model_name_or_path=input()),\n    visual", "visual_encoder_name_or_path"),
        ("visual_encoder=dict(", "tower=dict(", "visual_encoder_name_or_path"),
        ("freeze_visual_encoder=True", "freeze_visual_encoder=input()", "visual_encoder_method"),
        ("visual_encoder_lora=dict(type=LoraConfig", "visual_encoder_lora=dict(type='peft.OtherConfig'", "visual_encoder_method"),
        ("visual_encoder_lora=dict(", "visual_encoder_lora='mine', other=dict(", "visual_encoder_method"),
    ],
)  # fmt: skip
def test_what_training_needs_is_asked_for_instead_of_guessed(tmp_path: Path, old: str, new: str, field: str) -> None:
    made = imported(tmp_path, changed(old, new))
    assert made.config is None
    assert field in {one.field for one in made.refusals}


def test_a_frozen_language_model_that_cannot_be_told_is_asked_for(tmp_path: Path) -> None:
    text = changed(_WITHOUT_LLM_LORA, "").replace("freeze_llm=True", "freeze_llm=input()")
    assert "freeze_llm" in {one.field for one in imported(tmp_path, text).refusals}


def test_a_model_that_sees_by_itself_takes_its_own_processor(tmp_path: Path) -> None:
    made = imported(tmp_path, INTERNVL)
    config = made.config
    assert config is not None
    assert made.lost == ()
    assert (config.pretrained_model_name_or_path, config.own_processor) == ("my/base-1b", True)
    assert (config.method, config.lora.r, config.visual_encoder_method) == ("qlora", 128, "frozen")
    assert (config.data_path, config.image_folder) == (["a.json", "b.json"], "a, b")
    assert (config.dataset_format, config.prompt_template, config.max_length) == ("llava", "auto", 8192)


def test_all_of_it_is_trained_where_nothing_is_frozen(tmp_path: Path) -> None:
    text = INTERNVL.replace("freeze_llm=True", "freeze_llm=False").replace(
        "quantization_llm=True", "quantization_llm=False"
    )
    whole = imported(tmp_path, text.replace("llm_lora=dict(", "other=dict(")).config
    assert whole is not None
    assert (whole.method, whole.freeze_llm) == ("full", False)
