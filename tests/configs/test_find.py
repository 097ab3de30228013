"""A config by file or by name, and copies of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.configs.catalogue import resolve
from workbench.configs.copies import copy_config
from workbench.configs.files import load_config
from workbench.configs.find import find_config
from workbench.errors import WorkbenchError

NAME = "internlm2_1_8b_qlora_alpaca_e3"


def test_a_copy_is_found_by_its_path_and_equals_the_catalogue(tmp_path: Path) -> None:
    path = copy_config(NAME, tmp_path / "new" / "folder")
    found = find_config(str(path))
    assert (found.name, found.path) == (f"{NAME}_copy", path)
    assert found.config == find_config(NAME).config == resolve(NAME)


def test_a_copy_never_overwrites_silently(tmp_path: Path) -> None:
    path = copy_config(NAME, tmp_path)
    path.write_text("mine")
    with pytest.raises(WorkbenchError, match="not overwritten"):
        copy_config(NAME, tmp_path)
    assert path.read_text() == "mine"
    copy_config(NAME, tmp_path, overwrite=True)
    assert load_config(path) == resolve(NAME)


def test_a_copy_takes_changes(tmp_path: Path) -> None:
    config = load_config(copy_config(NAME, tmp_path, assignments=["data_path=my.json", "lora.r=8"]))
    assert (config.data_path, config.lora.r) == ("my.json", 8)


def test_a_copy_says_what_was_mended(tmp_path: Path) -> None:
    text = copy_config("llama2_70b_full_wizardlm_e1", tmp_path).read_text()
    assert "# XTuner passes three times over the data; here once, as the name says.\n" in text


def test_a_copy_into_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkbenchError, match="cannot be written"):
        copy_config(NAME, tmp_path / "file")


def test_a_wrong_path_names_the_nearest_file(tmp_path: Path) -> None:
    copy_config(NAME, tmp_path)
    with pytest.raises(WorkbenchError) as caught:
        find_config(str(tmp_path / "internlm2_1_8b_qlora_alpaca_copy.yaml"))
    assert caught.value.fix is not None and f"{NAME}_copy.yaml" in caught.value.fix


def test_a_model_in_the_place_of_a_config_is_told_where_its_configs_are() -> None:
    with pytest.raises(WorkbenchError) as caught:
        find_config("Qwen/Qwen3-8B")
    assert "workbench list-cfg Qwen/Qwen3-8B" in str(caught.value.fix)


def test_a_folder_that_is_called_like_a_config_is_told(tmp_path: Path) -> None:
    (tmp_path / "dir.yaml").mkdir()
    with pytest.raises(WorkbenchError, match="a folder"):
        find_config(str(tmp_path / "dir.yaml"))


def test_a_wrong_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError) as caught:
        find_config(str(tmp_path / "nowhere" / "a.yaml"))
    assert caught.value.fix is not None and "does not exist" in caught.value.fix
