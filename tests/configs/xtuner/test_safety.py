"""Nothing of a config is run, nothing outside its folder is read, and nothing it asks for takes long."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.configs.xtuner.samples import QLORA, changed, written
from workbench.configs.xtuner.imported import import_config
from workbench.configs.xtuner.syntax import read_tree
from workbench.configs.xtuner.values import Unreadable
from workbench.errors import WorkbenchError

CODE = [
    "x = __import__('os').system('touch {mark}')",
    "x = open('{mark}', 'w')",
    "x = (lambda: open('{mark}', 'w'))()",
    "exec(\"open('{mark}', 'w')\")",
    "x = eval(\"open('{mark}', 'w')\")",
    "class X:\n    open('{mark}', 'w')",
    "@open('{mark}', 'w')\ndef f(): pass",
    "def f(x=open('{mark}', 'w')): pass\nx = f()",
    "import os\nos.system('touch {mark}')",
    "from pathlib import Path\nPath('{mark}').touch()",
    "x = [open('{mark}', 'w') for _ in range(1)]",
    "x = f\"{{open('{mark}', 'w')}}\"",
    "while True:\n    open('{mark}', 'w')",
    "try:\n    open('{mark}', 'w')\nexcept Exception: pass",
    "with open('{mark}', 'w') as x: pass",
    "assert open('{mark}', 'w')",
    "x = dict(**open('{mark}', 'w'))",
    "x = ''.__class__.__base__.__subclasses__()",
    "x = '{{0.__class__}}'.format(1)",
    "import os\nx = os.environ['HOME']",
    "(y := open('{mark}', 'w'))",
    "from .mark import *",
    "async def f(): pass\nx = f()",
    "match 1:\n    case 1: open('{mark}', 'w')",
]


@pytest.mark.parametrize("code", CODE)
def test_code_is_not_run_but_named_at_its_row(tmp_path: Path, code: str) -> None:
    mark = tmp_path / "was_run"
    file = written(tmp_path, "a = 1\n" + code.format(mark=mark))
    unread = read_tree(file).unread
    assert not mark.exists()
    assert unread, "nothing was said about it"
    assert unread[0].place.row >= 2
    assert unread[0].reason


def test_code_in_a_real_config_is_listed_with_what_it_would_have_set(tmp_path: Path) -> None:
    text = changed("lr = 1e-4", "lr = float(open('lr.txt').read())") + "\nimport os\nos.system('true')\n"
    made = import_config(written(tmp_path, text))
    assert made.config is not None
    lost = {one.field: one.reason for one in made.lost}
    assert "calls open" in lost["optim_wrapper.optimizer.lr"]
    assert "os.system" in lost[f"row {len(text.splitlines())}"]
    assert made.config.lr == 2e-4  # the default stands in for it


@pytest.mark.parametrize(
    "expression",
    [
        "10**10**10",
        "2 ** 100000",
        "'a' * 10**12",
        "[0] * 10**9",
        "1 << 10**9",
        "f'{1:>100000000}'",
        "'%100000000d' % 1",
        "'%*d' % (10**9, 1)",
        "'{:>999999999}'.format(1)",
        "('a' * 100000).replace('a', 'b' * 100000)",
        "('a' * 1000).join(['a'] * 100000)",
        "list(range(10**12))",
        "int('9' * 100000)",
        "10.0 ** 400",
        "1 / 0",
        "(-8.0) ** 0.5",
        "+".join(["'a'"] * 300),
    ],
)
def test_what_would_grow_without_end_is_named(tmp_path: Path, expression: str) -> None:
    begun = time.monotonic()
    tree = read_tree(written(tmp_path, f"x = {expression}"))
    assert isinstance(tree.names["x"], Unreadable)
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    "loop",
    [
        "x = 0\nfor a in range(100000):\n    for b in range(100000):\n        x = b",
        "x = [a for a in range(100000) for b in range(100000)]",
        "x = 'a'\n" + "x = x + x\n" * 17 + "y = [x + 'b' for _ in range(100000)]",
    ],
)
def test_a_config_that_computes_too_much_is_refused(tmp_path: Path, loop: str) -> None:
    begun = time.monotonic()
    with pytest.raises(WorkbenchError, match="computes too much") as refused:
        read_tree(written(tmp_path, loop))
    assert "mine.py:" in str(refused.value.where)
    assert time.monotonic() - begun < 30


def test_values_that_hold_each_other_many_times_are_shown_at_once(tmp_path: Path) -> None:
    text = "x = ['a']\n" + "x = [x, x, x, x, x, x, x, x]\n" * 40 + "x.append(x)\n" + QLORA + "\nvisualizer = x\n"
    begun = time.monotonic()
    made = import_config(written(tmp_path, text))
    assert next(one for one in made.not_carried if one.field == "visualizer").value
    assert time.monotonic() - begun < 10


def test_a_file_too_large_to_be_a_config_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="too large"):
        read_tree(written(tmp_path, "x = 1\n" * 400_000))


def test_the_app_has_no_escape_characters_of_a_config_to_show(tmp_path: Path) -> None:
    made = import_config(written(tmp_path, QLORA + "\nprint(undefined) # \x1b]0;gone\x07\n"))
    assert all("\x1b" not in one.value for one in made.not_carried)
