"""Config files: what is read is what was written, and every mistake is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.configs.catalogue import resolve
from workbench.configs.files import dump_config, load_config, parse_config
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError

MINIMAL = "pretrained_model_name_or_path: m\ndata_path: d\n"


def problem_of(text: str) -> WorkbenchError:
    with pytest.raises(WorkbenchError) as caught:
        parse_config(text, "my.yaml")
    return caught.value


def test_a_dumped_config_reads_back_as_itself() -> None:
    config = resolve("internlm2_7b_qlora_sql_e3").model_copy(
        update={"system": "a: 'b'\nc # d", "data_path": ["x", "y"]}
    )
    assert parse_config(dump_config(config, "one\ntwo"), "dump") == config


def test_a_dump_explains_every_field_and_starts_with_its_header() -> None:
    lines = dump_config(TrainConfig(pretrained_model_name_or_path="m", data_path="d"), "where it is from").split("\n")
    assert lines[0] == "# where it is from"
    for number, line in enumerate(lines):
        if ":" in line and not line.lstrip().startswith(("#", "- ")):
            assert lines[number - 1].lstrip().startswith("#"), line


def test_numbers_and_lists_may_be_written_as_people_do() -> None:
    config = parse_config(MINIMAL + "lr: 2e-4\nbetas: [0.9, 0.95]\ndeepspeed: zero2\nmax_epochs: 2\n", "f")
    assert (config.lr, config.betas, config.deepspeed) == (2e-4, (0.9, 0.95), "deepspeed_zero2")
    assert type(config.lr) is float


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        (MINIMAL + "lora:\n  r: 0\n", "my.yaml:4:lora.r", "at least 1"),
        (MINIMAL + "lr: fast\n", "my.yaml:3:lr", "Must be a number"),
        (MINIMAL + "method: loar\n", "my.yaml:3:method", "qlora"),
        (MINIMAL + "save_steps: 0\n", "my.yaml:3:save_steps", "-1"),
        (MINIMAL + "betas: [0.9, 1]\n", "my.yaml:3:betas", "less than 1"),
        (MINIMAL + "betas: [-0.9, 0.9]\n", "my.yaml:3:betas", "at least 0"),
        (MINIMAL + "nproc: 0\n", "my.yaml:3:nproc", "at least 1"),
        (MINIMAL + "deepspeed: zero4\n", "my.yaml:3:deepspeed", "deepspeed_zero"),
        ("pretrained_model_name_or_path: m\ndata_path: [a, 3]\n", "my.yaml:2:data_path.1", "Must be a text"),
        ("data_path: d\n", "my.yaml:pretrained_model_name_or_path", "required"),
        (MINIMAL + "use_varlen_attn: true\npack_to_max_length: false\n", "my.yaml", "pack_to_max_length"),
        ("a: [1,\n", "my.yaml:2", "not valid YAML"),
        (MINIMAL + "\tlr: 1\n", "my.yaml:3", "not valid YAML"),
        (MINIMAL + "lr: 1\nlr: 2\n", "my.yaml:4", "duplicate key"),
        ("", "my.yaml", "name: value"),
        ("- a\n- b\n", "my.yaml", "name: value"),
    ],
)
def test_a_mistake_is_named_with_its_row_and_field(text: str, where: str, said: str) -> None:
    problem = problem_of(text)
    assert problem.where == where
    assert said in problem.what


@pytest.mark.parametrize(
    ("key", "nearest"), [("max_lenght", "`max_length`"), ("SYSTEM", "`system`"), ("warm_up_ratio", "`warmup_ratio`")]
)
def test_a_misspelt_key_names_the_nearest(key: str, nearest: str) -> None:
    problem = problem_of(MINIMAL + f"{key}: 1\n")
    assert problem.where == f"my.yaml:3:{key}"
    assert problem.fix is not None and nearest in problem.fix


def test_a_misspelt_key_in_a_group_names_the_groups_keys() -> None:
    problem = problem_of(MINIMAL + "lora:\n  lora_alpa: 3\n")
    assert problem.where == "my.yaml:4:lora.lora_alpa"
    assert problem.fix is not None and "`lora_alpha`" in problem.fix


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    problem = problem_of(MINIMAL + "lr: 50\nmax_epochs: 0\nlrr: 1\n")
    assert problem.where == "my.yaml:5:lrr"
    assert "3:lr: Must be less than 10" in problem.what
    assert "4:max_epochs: Must be at least 1" in problem.what


def test_folders_of_pictures_are_one_or_one_for_each_path() -> None:
    rows = "pretrained_model_name_or_path: m\ndata_path: [a.json, b.json]\n"
    assert parse_config(rows + "image_folder: x, y\n", "my.yaml").image_folders == ["x", "y"]
    assert parse_config(rows + "image_folder: x\n", "my.yaml").image_folders == ["x", "x"]
    assert parse_config(rows, "my.yaml").image_folders == [None, None]
    assert parse_config(MINIMAL + "image_folder: 'x, y'\n", "my.yaml").image_folders == ["x, y"]
    with pytest.raises(WorkbenchError, match="one folder for all data paths"):
        parse_config(rows + "image_folder: x, y, z\n", "my.yaml")


def test_an_empty_name_of_a_tower_is_none() -> None:
    assert parse_config(MINIMAL + "visual_encoder_name_or_path: v\n", "my.yaml").sees
    assert not parse_config(MINIMAL + "visual_encoder_name_or_path: ''\n", "my.yaml").sees


def test_a_file_in_another_encoding_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes((MINIMAL + "system: 你好\n").encode("gbk"))
    with pytest.raises(WorkbenchError, match="UTF-8") as caught:
        load_config(path)
    assert caught.value.where == str(path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    assert load_config(path).data_path == "d"


def test_a_missing_file_is_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="cannot be read"):
        load_config(tmp_path / "nowhere.yaml")


def test_yaml_tags_make_no_objects() -> None:
    problem = problem_of(MINIMAL + "system: !!python/object/apply:os.system ['true']\n")
    assert problem.where == "my.yaml:3:system"
