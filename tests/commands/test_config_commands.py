"""``list-cfg`` and ``copy-cfg``."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.run_command import workbench
from workbench.configs.catalogue import published_names, resolve
from workbench.configs.files import load_config


def test_list_cfg_prints_what_xtuner_users_expect(tmp_path: Path) -> None:
    result = workbench("list-cfg", "-p", "internlm2_1_8b_qlora_alpaca", cwd=tmp_path)
    assert result.returncode == 0
    assert result.stdout.splitlines() == [
        "==========================CONFIGS===========================",
        "PATTERN: internlm2_1_8b_qlora_alpaca",
        "-------------------------------",
        "internlm2_1_8b_qlora_alpaca_e3",
        "=" * 61,
    ]


def test_list_cfg_as_json_has_every_entry_with_its_details(tmp_path: Path) -> None:
    rows = json.loads(workbench("list-cfg", "--json", cwd=tmp_path).stdout)
    assert [row["name"] for row in rows] == published_names()
    assert all(row["model"] and row["method"] and row["summary"] for row in rows)


def test_list_cfg_with_nothing_to_show_fails_and_names_the_nearest(tmp_path: Path) -> None:
    result = workbench("list-cfg", "-p", "internlm2_1_8b_qlora_alpacca_e3", cwd=tmp_path)
    assert result.returncode == 1
    assert "internlm2_1_8b_qlora_alpaca_e3" in result.stderr


def test_list_cfg_refuses_what_is_no_size(tmp_path: Path) -> None:
    result = workbench("list-cfg", "qwen3", "fits:abc", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert "fits:abc: abc is no number of gigabytes." in result.stderr and "24GB" in result.stderr


def test_list_cfg_takes_words_and_options(tmp_path: Path) -> None:
    asked = (
        "list-cfg",
        "7b",
        "internlm2",
        "--stage",
        "dpo",
        "--method",
        "qlora",
        "--family",
        "internlm2",
        "--fits",
        "24",
    )
    result = workbench(*asked, "--json", cwd=tmp_path)
    (row,) = json.loads(result.stdout)
    assert (row["name"], row["dataset"]) == ("internlm2_chat_7b_dpo_qlora_varlenattn", "orpo_dpo_mix")
    assert 4 * 1024**3 < row["memory_bytes"] <= 24 * 1024**3
    refused = workbench(*asked, "--dataset", "alpaca", cwd=tmp_path)
    assert (refused.returncode, "--dataset alpaca" in refused.stderr) == (1, True)


def test_list_cfg_says_beside_the_names_what_needs_its_own_code(tmp_path: Path) -> None:
    result = workbench("list-cfg", "chatglm2", "sql", cwd=tmp_path)
    assert result.stdout.splitlines()[1:-1] == ["chatglm2_6b_qlora_sql_e3"]
    assert "1 of them: transformers 5 has no ChatGLM" in result.stderr


def test_what_needs_its_own_code_is_copied_with_a_warning_and_not_trained(tmp_path: Path) -> None:
    name = "qwen_7b_qlora_alpaca_e3"
    copied, refused = workbench("copy-cfg", name, ".", cwd=tmp_path), workbench("train", name, cwd=tmp_path)
    assert (copied.returncode, refused.returncode) == (0, 1)
    text = (tmp_path / f"{name}_copy.yaml").read_text()
    assert "\ntrust_remote_code: false\n" in text
    for told in (copied.stderr, refused.stderr, text):
        assert "transformers 5 has no Qwen 1" in told
        assert "Qwen/Qwen2.5-7B-Instruct" in told


def test_copy_cfg_writes_a_valid_file_once(tmp_path: Path) -> None:
    name = "internlm2_chat_1_8b_qlora_alpaca_e3"
    first = workbench("copy-cfg", name, "configs", "--json", cwd=tmp_path)
    path = tmp_path / json.loads(first.stdout)["path"]
    assert path == tmp_path / "configs" / f"{name}_copy.yaml"
    assert load_config(path) == resolve(name)
    again = workbench("copy-cfg", name, "configs", cwd=tmp_path)
    assert again.returncode == 1
    assert "already there" in again.stderr
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_copy_cfg_in_chinese_explains_in_chinese(tmp_path: Path) -> None:
    workbench("copy-cfg", "workbench_sample_qlora_identity_e2", ".", cwd=tmp_path, WORKBENCH_LANG="zh_CN")
    text = (tmp_path / "workbench_sample_qlora_identity_e2_copy.yaml").read_text(encoding="utf-8")
    assert "单个样本的最多 token 数" in text
