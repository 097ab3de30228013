"""Shares of groups as a table that people read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.commands.evaluation_tables import tables_of
from workbench.i18n import set_language


@pytest.fixture(autouse=True)
def english() -> None:
    set_language("en")


def test_each_table_has_a_line_for_each_group(tmp_path: Path) -> None:
    groups = {
        "colour": {"right": 3, "total": 4, "share": 0.75},
        "\x1b[31m位置": {"right": 1, "total": 10, "share": 0.1},
    }
    (tmp_path / "tables.json").write_text(json.dumps({"last": {"seeing": {"kind": groups}}}))
    assert list(tables_of({"tables": str(tmp_path / "tables.json")})) == [
        "",
        "kind      seeing of last",
        "colour    75.0%           3/4",
        "[31m位置  10.0%           1/10",
        "",
    ]


def test_without_tables_nothing_is_said() -> None:
    assert list(tables_of({"seeing last": 0.5})) == []
