"""Which scripts the rows are written in."""

from __future__ import annotations

import pytest

from tests.data.checks.rows import row
from tests.data.conftest import Write
from workbench.data.checks import check_data
from workbench.data.languages import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Who are you?", "en"),
        ("Où est le café ?", "en"),
        ("你是谁？我是小明。", "zh"),
        ("你好 hello 世界 world", "mixed"),
        ("请用 Python 写一个排序函数", "zh"),
        ("東京タワーへ行きます", "other"),
        ("Привет, мир", "other"),
        ("안녕하세요 세계", "other"),
        ("3.14 + 42 = ?", "none"),
        ("", "none"),
    ],
)
def test_the_script_tells_the_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_the_mix_is_part_of_the_report(write: Write) -> None:
    rows = [
        row(("user", "Who are you?"), ("assistant", "A helper.")),
        row(("user", "你是谁？"), ("assistant", "一个助手。")),
        row(("user", "你是谁？"), ("assistant", "My name is helper.")),
        row(("user", "And you?"), ("assistant", "Another helper.")),
    ]
    report = check_data(str(write(rows)))
    assert report.as_json()["languages"] == {"en": 2, "zh": 1, "mixed": 1}
    assert "English (Latin letters) 50.0%" in report.as_text()
