"""Values are read off the syntax tree as Python would compute them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.configs.xtuner.samples import written
from workbench.configs.xtuner.syntax import read_tree
from workbench.configs.xtuner.values import OwnFunction, Place, Reference, Unreadable, as_text, type_name
from workbench.errors import WorkbenchError


def value(tmp_path: Path, text: str, name: str = "x") -> Any:
    return read_tree(written(tmp_path, text)).names[name]


@pytest.mark.parametrize(
    "expression",
    [
        "int(2048 - (336 / 14)**2)",
        "-3 + 7 // 2 * 2 - 10 % 4",
        "'a' 'b' + 'c' * 3",
        "f'{1 + 1}-{0.5:.2f}-{\"q\"!r}'",
        "'%s/%03d' % ('run', 7)",
        "'{}_{name}'.format(1, name='n')",
        "'-'.join(['a', 'b']).upper()",
        "[*range(3), 9]",
        "[n * 2 for n in (1, 2, 3) if n != 2]",
        "{f'k{n}': n for n in range(2)}",
        "[a + b for a, b in zip('xy', 'pq')]",
        "{**dict(a=1), 'b': (2,)}",
        "dict(dict(a=1), b=[1, 2][-1]) | dict(a=3)",
        "'yes' if 1 < 2 <= 2 and not False else 'no'",
        "None or 'x'",
        "[1, 2, 3][1:]",
        "len('abc') + max(1, 2) + sum([1, 2]) + round(1.6)",
        "1e-5 in [1e-5] and 'a' not in 'bc'",
    ],
)
def test_an_expression_has_the_value_that_python_gives_it(tmp_path: Path, expression: str) -> None:
    assert value(tmp_path, f"x = {expression}") == eval(expression)


def test_statements_work_on_names_as_python_does(tmp_path: Path) -> None:
    text = """
a = b = 2
a *= 8
(c, d), e = (1, 2), [3]
model = dict(lora=dict(r=1), old=1)
model['lora']['r'] = 64
model.update(dict(new=2))
del_me: int = 5
hooks = []
for n in range(3):
    hooks.append(n)
hooks += [9]
if a > 1:
    kind = 'many'
else:
    kind = 'one'
other = model
other['shared'] = True
del model['old'], hooks[0]
"""
    names = read_tree(written(tmp_path, text)).names
    assert {name: names[name] for name in ("a", "b", "c", "d", "e", "hooks", "kind", "del_me")} == {
        "a": 16, "b": 2, "c": 1, "d": 2, "e": [3], "hooks": [1, 2, 9], "kind": "many", "del_me": 5,
    }  # fmt: skip
    assert names["model"] == {"lora": {"r": 64}, "new": 2, "shared": True}


def test_names_of_packages_are_known_by_their_full_name(tmp_path: Path) -> None:
    text = "import torch\nimport os.path as osp\nfrom peft import LoraConfig as L\nx = torch.float16\n"
    names = read_tree(written(tmp_path, text + "y = dict(type=L)\nz = osp.join('a', 'b')")).names
    assert names["x"] == Reference("torch.float16")
    assert (type_name(names["y"]), names["z"]) == ("LoraConfig", "a/b")
    assert type_name({"type": "transformers.AutoTokenizer.from_pretrained"}) == "AutoTokenizer"


def test_every_entry_knows_its_row(tmp_path: Path) -> None:
    file = written(tmp_path, "a = 1\nx = dict(\n    b=2,\n    c=3)\n")
    names = read_tree(file).names
    assert names.places["x"] == Place(file, 2)
    assert names["x"].places["c"] == Place(file, 4)


def test_a_function_of_the_file_is_known_by_name_only(tmp_path: Path) -> None:
    found = value(tmp_path, "def mine(row):\n    raise SystemExit\nx = dict(dataset_map_fn=mine)")
    assert isinstance(found["dataset_map_fn"], OwnFunction)
    assert str(found["dataset_map_fn"]) == "mine.py:mine"


def test_what_depends_on_something_unreadable_is_unreadable_for_the_same_reason(tmp_path: Path) -> None:
    tree = read_tree(written(tmp_path, "a = input()\nb = a + 'x'\nc = [a, 1]\n"))
    assert isinstance(tree.names["b"], Unreadable)
    assert tree.names["b"] is tree.names["a"] is tree.names["c"][0]
    assert [one.place.row for one in tree.unread] == [1]


def test_a_condition_that_cannot_be_read_takes_what_it_sets(tmp_path: Path) -> None:
    tree = read_tree(written(tmp_path, "a = 1\nhooks = []\nif input():\n    a = 2\n    hooks.append(3)\nb = 5\n"))
    assert isinstance(tree.names["a"], Unreadable)
    assert isinstance(tree.names["hooks"], Unreadable)
    assert tree.names["b"] == 5


@pytest.mark.parametrize(
    "call", ["change(model)", "x = change(model, 1)", "change(*model)", "x = [change(model)]", "model.update(f())"]
)
def test_what_an_unknown_function_could_have_changed_has_no_value(tmp_path: Path, call: str) -> None:
    names = read_tree(written(tmp_path, f"model = dict(a=1)\nother = dict(a=1)\n{call}\n")).names
    assert isinstance(names["model"], Unreadable)
    assert names["other"] == {"a": 1}


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("x = (1,\n", "mine.py:1", "not valid Python"),
        ("x = 1\n  y = 2\n", "mine.py:2", "not valid Python"),
        ("x = " + "(" * 300 + ")" * 300, "mine.py", "not valid Python"),
        ("x = " + "-" * 200_000 + "1", "mine.py", "not valid Python"),
    ],
)
def test_a_file_that_is_no_python_is_refused_at_its_row(tmp_path: Path, text: str, where: str, what: str) -> None:
    with pytest.raises(WorkbenchError, match=what) as refused:
        read_tree(written(tmp_path, text))
    assert where in str(refused.value.where)


def test_bytes_that_are_no_text_and_files_that_are_not_there_are_refused(tmp_path: Path) -> None:
    (tmp_path / "gbk.py").write_bytes("x = '你'".encode("gbk"))
    with pytest.raises(WorkbenchError, match="UTF-8"):
        read_tree(tmp_path / "gbk.py")
    with pytest.raises(WorkbenchError, match="cannot be read"):
        read_tree(tmp_path / "none.py")


def test_long_values_are_shown_short(tmp_path: Path) -> None:
    found = value(tmp_path, "x = ['" + "long " * 100 + "', dict(type='a.B', c=1)]")
    assert len(as_text(found)) <= 80
    assert as_text(found[1]) == "dict(type=B, …)"
