"""Configs that build on other files of their folder, in both of MMEngine's styles."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.configs.xtuner.samples import QLORA, written
from workbench.configs.xtuner.imported import import_config
from workbench.configs.xtuner.syntax import read_tree


def test_read_base_takes_the_names_of_another_file_and_changes_them(tmp_path: Path) -> None:
    written(tmp_path, QLORA, "parts/base.py")
    text = "with read_base():\n    from .parts.base import *\noptim_wrapper.optimizer.lr = 3e-4\nmodel.merge(dict(lora=dict(r=4)))\n"
    made = import_config(written(tmp_path, "from mmengine.config import read_base\n" + text))
    assert made.config is not None
    assert (made.config.lr, made.config.lora.r, made.config.lora.lora_alpha) == (3e-4, 4, 32)


def test_the_older_style_lays_dicts_over_those_of_the_base(tmp_path: Path) -> None:
    written(tmp_path, "a = dict(b=1, c=dict(d=2))\ne = dict(f=3)\ng = 4\n", "base.py")
    text = "_base_ = ['./base.py']\na = dict(c=dict(h=5))\ne = dict(_delete_=True, i=6)\n"
    names = read_tree(written(tmp_path, text)).names
    assert dict(names) == {"a": {"b": 1, "c": {"d": 2, "h": 5}}, "e": {"i": 6}, "g": 4}


def test_rows_are_those_of_the_file_that_has_the_value(tmp_path: Path) -> None:
    written(tmp_path, QLORA.replace("visualizer = None", "visualizer = dict(type='V')"), "base.py")
    made = import_config(written(tmp_path, "from .base import *\n"))
    told = next(one for one in made.not_carried if one.field == "visualizer")
    assert told.file.name == "base.py"
    assert told.row == QLORA.splitlines().index("visualizer = None") + 1


@pytest.mark.parametrize(
    "line",
    ["from ..outside import *", "_base_ = '../outside.py'", "from .link import *", "_base_ = '{folder}/outside.py'"],
)
def test_nothing_outside_the_folder_of_the_config_is_read(tmp_path: Path, line: str) -> None:
    written(tmp_path, "secret = 1", "outside.py")
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "link.py").symlink_to(tmp_path / "outside.py")
    tree = read_tree(written(folder, line.format(folder=tmp_path)))
    assert "secret" not in tree.names
    assert "outside the config's folder" in tree.unread[0].reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("from .none import *", "no file none.py"),
        ("from .mine import *", "builds on itself"),
        ("from .base import other", "does not define other"),
        ("from . import base", "takes whole files"),
        ("_base_ = 'base.json'", "not a .py file"),
        ("from package import *", "not read"),
    ],
)
def test_a_base_that_cannot_be_taken_is_named(tmp_path: Path, line: str, reason: str) -> None:
    written(tmp_path, "a = 1", "base.py")
    assert reason in read_tree(written(tmp_path, line)).unread[0].reason
