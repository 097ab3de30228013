"""What the option parser says, in the language of our texts."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.commands.run_command import workbench
from workbench import i18n
from workbench.commands.wording import examples, translated

CHINESE = {
    "Error: {message}": "错误：{message}",
    "Invalid value for {name}: {reason}": "{name} 的值无效：{reason}",
    "{value} is not one of {names}.": "{value} 不在 {names} 之中",
    "{names}, {name}": "{names}、{name}",
    "Examples:": "示例：",
}


class _Chinese(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return CHINESE.get(message, message)


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n._Current, "translations", _Chinese())


def test_a_line_is_translated_with_the_lines_inside_it(chinese: None) -> None:
    line = "Error: Invalid value for '--what': 'x' is not one of 'a', 'b'."
    assert translated(line) == "错误：'--what' 的值无效：'x' 不在 'a'、'b' 之中"


@pytest.mark.parametrize("line", ["", "Usage of nothing", "Error:", "{message}", "100% {name} \\1"])
def test_any_other_line_stays_as_it_is(chinese: None, line: str) -> None:
    assert translated(line) == line


def test_braces_in_what_was_typed_do_no_harm(chinese: None) -> None:
    assert translated("Error: {0} {name}") == "错误：{0} {name}"


def test_examples_have_a_translated_heading(chinese: None) -> None:
    assert examples("\n  workbench jobs\n") == "示例：\n\n  workbench jobs\n".rstrip("\n")


@pytest.mark.parametrize(
    ("arguments", "begins", "ends"),
    [
        (["jobs", "--nope"], "Usage: workbench jobs", "Error: No such option: --nope\n"),
        (["data", "show", "x", "--what", "y"], "Usage: workbench data show", "'labels', 'all'.\n"),
        (
            ["queue", "move", "1", "sideways"],
            "Usage: workbench queue move",
            "'to': 'sideways' is not one of 'up', 'down', 'first', 'last'.\n",
        ),
        (["data", "dedupe", "--out", "x.json"], "Usage: workbench data dedupe", "Error: Missing argument 'IN'.\n"),
        (["data"], "Usage: workbench data", "workbench data check identity.json\n"),
    ],
)
def test_wrong_usage_is_told_in_english_as_the_parser_says_it(
    tmp_path: Path, arguments: list[str], begins: str, ends: str
) -> None:
    result = workbench(*arguments, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(begins)
    assert result.stderr.endswith(ends)


@pytest.mark.parametrize(
    "arguments",
    [["-h"], ["data", "identity", "-h"], ["data", "show", "x", "--what", "y"], ["jobs", "--al"], ["jobs", "x"]],
)
def test_the_parsers_own_words_are_chinese_for_the_chinese(tmp_path: Path, arguments: list[str]) -> None:
    result = workbench(*arguments, cwd=tmp_path, WORKBENCH_LANG="zh_CN")
    english = ("Usage", "Show this", "Examples", "Try ", "Error", "Invalid", "is not", "No such", "Got unexpected")
    assert not [word for word in english if word in result.stdout + result.stderr]


def test_chinese_help_fits_the_terminal_and_breaks_no_latin_word(tmp_path: Path) -> None:
    said = workbench("train", "-h", cwd=tmp_path, WORKBENCH_LANG="zh_CN", COLUMNS="80").stdout
    assert "JSON 文件" in said
    assert max(map(cell_len, said.splitlines())) <= 80
