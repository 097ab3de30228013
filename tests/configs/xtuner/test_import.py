"""Every field of a config finds its place, or is listed with a reason."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.configs.xtuner.samples import QLORA, changed, written
from workbench.configs.files import load_config
from workbench.configs.schema import TrainConfig
from workbench.configs.xtuner.imported import ImportedConfig, import_config, write_imported
from workbench.errors import WorkbenchError


def imported(tmp_path: Path, text: str, *assignments: str) -> ImportedConfig:
    return import_config(written(tmp_path, text), assignments=assignments)


def config_of(tmp_path: Path, text: str) -> TrainConfig:
    made = imported(tmp_path, text)
    assert made.config is not None, made.refusals
    return made.config


def test_a_qlora_config_becomes_ours_field_by_field(tmp_path: Path) -> None:
    config = config_of(tmp_path, QLORA)
    expected = TrainConfig(
        pretrained_model_name_or_path="my/base-1b",
        method="qlora",
        prompt_template="internlm2_chat",
        data_path=["day.json", "night.json"],
        dataset_format="openai",
        max_length=1024,
        pack="concat",
        use_varlen_attn=False,
        dataloader_num_workers=2,
        max_epochs=2,
        batch_size=4,
        accumulative_counts=2,
        lr=1e-4,
        betas=(0.9, 0.95),
        weight_decay=0.1,
        max_norm=0.5,
        warmup_ratio=0.05,
        seed=7,
        lora={"r": 8, "lora_alpha": 32, "lora_dropout": 0.2},
        save_steps=250,
        save_total_limit=-1,
        logging_interval=5,
        evaluation_freq=50,
        evaluation_inputs=["Who are you?"],
        system="Answer in JSON such as {}.",
    )
    assert config == expected


def test_nothing_that_matters_is_lost_of_a_plain_config(tmp_path: Path) -> None:
    made = imported(tmp_path, QLORA)
    assert made.lost == ()
    assert {one.field for one in made.not_carried} == {"custom_hooks[0]", "env_cfg"}
    assert {one.field for one in made.changed} == {
        "precision", "quantization.bnb_4bit_compute_dtype", "pack", "logging_interval", "system",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ("load_in_4bit=True,", "load_in_4bit=False,", "method", "lora"),
        ("dtype='float16')", "dtype='bfloat16')", "precision", "bf16"),
        ("data_files=rows", "data_dir='folder'", "data_path", "folder"),
        ("path='json', data_files=rows", "path='a/b', name='c', split='d'", "data_path", "a/b@c:d"),
        ("type=load_dataset, path='json', data_files=rows", "type='load_from_disk', dataset_path='~/x'", "data_path", "~/x"),
        ("data_files=rows", "data_files=dict(train='t.json', test='e.json')", "data_path", "t.json"),
        ("dataset_map_fn=openai_map_fn", "dataset_map_fn=None", "dataset_format", "xtuner"),
        ("dataset_map_fn=openai_map_fn", "dataset_map_fn='xtuner.dataset.map_fns.sql_map_fn'", "dataset_format", "sql"),
        ("pack_to_max_length=True)", "pack_to_max_length=False)", "pack_to_max_length", False),
        ("template = PROMPT_TEMPLATE.internlm2_chat", "template = 'xtuner.utils.PROMPT_TEMPLATE.llama3_chat'", "prompt_template", "llama3_chat"),
        ("system='Answer in JSON such as {{}}.'", "system=SYSTEM_TEMPLATE.coder", "system", "Solve the programming task and show the code."),
        ("max_epochs=epochs", "max_iters=90", "max_iters", 90),
        ("visualizer = None", "work_dir = 'runs'", "work_dir", "runs"),
    ],
)  # fmt: skip
def test_a_setting_written_otherwise_is_carried_by_its_meaning(
    tmp_path: Path, old: str, new: str, field: str, value: object
) -> None:
    assert getattr(config_of(tmp_path, changed(old, new)), field) == value


@pytest.mark.parametrize(
    ("gone", "field", "value"),
    [
        ("    accumulative_counts=2,\n", "accumulative_counts", 1),
        (", weight_decay=0.1", "weight_decay", 0.01),
        ("lr=lr, ", "lr", 1e-3),
        ("        every_n_iters=50,\n", "evaluation_freq", -1),
        ("r=8, ", "lora.r", 8),
        ("lora_alpha=32, ", "lora.lora_alpha", 8),
        ("lora_dropout=0.2, ", "lora.lora_dropout", 0.0),
        ("            bnb_4bit_use_double_quant=True,\n", "quantization.bnb_4bit_use_double_quant", False),
        ("            bnb_4bit_compute_dtype=torch.float16,\n", "quantization.bnb_4bit_compute_dtype", "float32"),
        (",\n    pack_to_max_length=True", "pack_to_max_length", True),
        (", max_keep_ckpts=-1", "save_total_limit", -1),
    ],
)
def test_a_setting_that_is_not_there_means_what_it_means_to_xtuner(
    tmp_path: Path, gone: str, field: str, value: object
) -> None:
    config = config_of(tmp_path, changed(gone, "")).model_dump()
    group, _dot, name = field.rpartition(".")
    assert (config[group] if group else config)[name] == value


def test_without_a_schedule_the_learning_rate_stays(tmp_path: Path) -> None:
    config = config_of(tmp_path, QLORA + "\ndel param_scheduler\n")
    assert (config.lr_scheduler_type, config.warmup_ratio) == ("constant", 0)
    config = config_of(tmp_path, QLORA + "\ndel param_scheduler[1]\n")
    assert (config.lr_scheduler_type, config.warmup_ratio) == ("constant_with_warmup", 0.05)


def test_without_an_adapter_every_weight_is_trained(tmp_path: Path) -> None:
    text = QLORA + "\nmodel['lora'] = None\nmodel['llm']['quantization_config'] = None\n"
    assert config_of(tmp_path, text).method == "full"


def test_several_datasets_keep_their_formats(tmp_path: Path) -> None:
    text = QLORA + (
        "\nfrom xtuner.dataset.map_fns import alpaca_map_fn\nsecond = dict(**train_set)\n"
        "second.update(dataset=dict(type=load_dataset, path='tatsu-lab/alpaca'), dataset_map_fn=alpaca_map_fn)\n"
        "train_dataloader['dataset'] = dict(type='ConcatDataset', datasets=[train_set, second])\n"
    )
    config = config_of(tmp_path, text)
    assert config.data_path == ["day.json", "night.json", "tatsu-lab/alpaca"]
    assert config.dataset_formats == ["openai", "openai", "alpaca"]
    made = imported(tmp_path, text + "second['max_length'] = 77\n")
    assert "do not agree on max_length" in made.refusals[0].reason


def test_where_gpus_share_a_sequence_a_step_accumulates_as_often_as_before(tmp_path: Path) -> None:
    text = changed("accumulative_counts=2", "accumulative_counts=2 * sequence_parallel_size")
    made = imported(tmp_path, "sequence_parallel_size = 4\n" + text)
    assert made.config is not None
    assert (made.config.accumulative_counts, made.config.sequence_parallel_size) == (8, 4)
    assert made.lost == ()


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ("eta_min=0.0", "eta_min=lr * 0.15", "min_lr_ratio", 0.15),
        ("load_in_4bit=True", "load_in_8bit=True", "quantization.load_in_8bit", True),
        ("lora_alpha=32", "lora_alpha=32, use_dora=True", "lora.use_dora", True),
        ("lora_alpha=32", "lora_alpha=32, use_rslora=True", "lora.use_rslora", True),
        ("use_varlen_attn=False", "use_varlen_attn=False, peft_model='old/adapter'", "adapter_name_or_path", "old/adapter"),
        ("dataset_map_fn=openai_map_fn", "dataset_map_fn='x.pretrain_map_fn'", "stage", "pretrain"),
    ],
)  # fmt: skip
def test_what_goes_beyond_the_usual_has_a_place(tmp_path: Path, old: str, new: str, field: str, value: object) -> None:
    made = imported(tmp_path, changed(old, new))
    assert made.config is not None
    assert (made.lost, made.config.method) == ((), "qlora")
    group, _dot, name = field.rpartition(".")
    assert getattr(getattr(made.config, group) if group else made.config, name) == value


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ("start_factor=1e-5", "start_factor=0.1", "param_scheduler[0].start_factor"),
        ("eta_min=0.0", "eta_min=1.0", "param_scheduler[1].eta_min"),
        ("load_from = None", "load_from = 'iter_9.pth'", "load_from"),
        ("deterministic=False", "deterministic=True", "randomness.deterministic"),
        ("shuffle=True)", "shuffle=False)", "train_dataloader.sampler.shuffle"),
        ("padding_side='right'", "eos_token='<x>'", "tokenizer.eos_token"),
        ("lora_alpha=32", "lora_alpha=32, layers_pattern='x'", "model.lora.layers_pattern"),
        ("clip_grad=dict(max_norm=0.5, error_if_nonfinite=False)", "clip_grad=None", "optim_wrapper.clip_grad"),
        ("CheckpointHook, by_epoch=False", "CheckpointHook, by_epoch=True", "default_hooks.checkpoint.interval"),
        ("max_norm=0.5", "max_norm=0", "optim_wrapper.clip_grad.max_norm"),
        ("dict(type=DatasetInfoHook, tokenizer=tokenizer)", "dict(type='MyHook')", "custom_hooks[0]"),
        ("batch_size=4", "batch_size='4'", "train_dataloader.batch_size"),
    ],
)
def test_what_has_no_place_is_listed_with_its_row_and_reason(tmp_path: Path, old: str, new: str, lost: str) -> None:
    text = changed(old, new)
    made = imported(tmp_path, text)
    assert made.config is not None
    (found,) = made.lost
    assert found.field == lost
    assert found.reason
    assert found.row is None or new.partition("=")[0].strip() in text.splitlines()[found.row - 1] or "[" in lost


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("dataset_map_fn=openai_map_fn", "dataset_map_fn=mine", "dataset_format"),
        ("type=template_map_fn_factory, template=template", "type=template_map_fn_factory, template=dict(a='b')", "prompt_template"),
        ("type=load_dataset, path='json', data_files=rows", "type='my.loader', path='x'", "data_path"),
        ("base = 'my/base-1b'", "base = input()", "pretrained_model_name_or_path"),
        ("quantization_config=dict(", "quantization_config=make(", "method"),
        ("type=BitsAndBytesConfig", "type='GPTQConfig'", "method"),
        ("load_in_4bit=True", "load_in_4bit=input()", "method"),
        ("lora=dict(type=LoraConfig", "lora=dict(type='peft.OtherConfig'", "method"),
        ("lora=dict(", "lora='mine', other=dict(", "method"),
        ("dataset=train_set", "dataset=[train_set]", "data_path"),
    ],
)  # fmt: skip
def test_what_training_needs_is_asked_for_instead_of_guessed(tmp_path: Path, old: str, new: str, field: str) -> None:
    text = "def mine(row):\n    return row\n" + changed(old, new)
    made = imported(tmp_path, text)
    assert made.config is None
    assert field in {one.field for one in made.refusals}
    with pytest.raises(WorkbenchError, match="nothing was written"):
        write_imported(made, tmp_path / "x.yaml")
    assert not (tmp_path / "x.yaml").exists()


def test_the_missing_field_can_be_given(tmp_path: Path) -> None:
    text = changed("data_files=rows", "data_files=input()")
    assert imported(tmp_path, text).config is None
    made = imported(tmp_path, text, "data_path=mine.json", "lora.r=16")
    assert made.config is not None
    assert (made.config.data_path, made.config.lora.r) == ("mine.json", 16)


def test_a_config_for_hugging_faces_trainer_is_read_too(tmp_path: Path) -> None:
    text = QLORA.partition("train_dataloader =")[0] + (
        "train_dataset = train_set\nlora = model['lora']\nmodel = model['llm']\n"
        "training_args = dict(type='TrainingArguments', per_device_train_batch_size=3, gradient_accumulation_steps=4,\n"
        "    learning_rate=3e-4, num_train_epochs=5, save_steps=10, optim='paged_adamw_32bit', warmup_steps=9)\n"
    )
    made = imported(tmp_path, text)
    config = made.config
    assert config is not None
    assert (config.batch_size, config.accumulative_counts, config.lr, config.max_epochs) == (3, 4, 3e-4, 5)
    assert (config.method, config.lora.r, config.save_steps) == ("qlora", 8, 40)
    assert config.optim_type == "paged_adamw_32bit"
    assert [one.field for one in made.lost] == ["training_args.warmup_steps"]


def test_the_file_that_is_written_says_where_it_is_from_and_loads(tmp_path: Path) -> None:
    made = imported(tmp_path, changed("start_factor=1e-5", "start_factor=0.1"))
    before = hashlib.sha256(made.file.read_bytes()).digest()
    path = write_imported(made, tmp_path / "new" / "mine.yaml")
    text = path.read_text(encoding="utf-8")
    assert load_config(path) == made.config
    assert "mine.py" in text.splitlines()[0]
    assert "#   param_scheduler[0].start_factor = 0.1" in text
    assert hashlib.sha256(made.file.read_bytes()).digest() == before
    with pytest.raises(WorkbenchError, match="not overwritten"):
        write_imported(made, path)


def test_files_that_are_no_training_config_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="not a training config"):
        imported(tmp_path, "x = 1")
    with pytest.raises(WorkbenchError, match=r"\.py file"):
        import_config(written(tmp_path, "a: 1", "a.yaml"))
    with pytest.raises(WorkbenchError, match="class MyModel"):
        imported(tmp_path, QLORA + "\nmodel['type'] = 'my.MyModel'\n")
