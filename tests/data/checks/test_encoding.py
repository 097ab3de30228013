"""Texts that were damaged on their way here."""

from __future__ import annotations

import pytest

from tests.data.checks.rows import details, found, plain_rows, row
from tests.data.conftest import Write
from workbench.data.checks import check_data
from workbench.data.checks.encoding import EncodingTrouble
from workbench.data.checks.place import Place
from workbench.data.conversation import Conversation, Turn

LOST = "texts with the mark of a lost character (U+FFFD)"
MOJIBAKE = "texts that look like UTF-8 read in another encoding"
NUL = "texts with NUL characters"
CONTROL = "texts with control characters"
SURROGATE = "texts with half a character (a lone surrogate), which no tokenizer takes"
PRIVATE = "texts with private characters, which mean nothing outside one font"
INVISIBLE = "texts with invisible characters"
RETURNS = "texts with carriage returns, as Windows ends its lines"


def troubles(text: str) -> list[str]:
    check = EncodingTrouble()
    check.look(Place("a.json", 1), Conversation((Turn("user", "Q"), Turn("assistant", text))))
    return [finding.what for finding in check.findings() if finding.count]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("caf\ufffd", LOST),
        ("café".encode().decode("latin-1"), MOJIBAKE),
        ("It’s".encode().decode("cp1252"), MOJIBAKE),
        ("你好世界".encode().decode("latin-1"), MOJIBAKE),
        ("привет".encode().decode("latin-1"), MOJIBAKE),
        ("naïve 20 °C".encode().decode("cp1252"), MOJIBAKE),
        ("😀".encode().decode("cp1252"), MOJIBAKE),
        ("你好，我是助手。".encode().decode("gb18030", "replace").replace("\ufffd", ""), MOJIBAKE),
        ("锟斤拷锟斤拷", MOJIBAKE),
        ("a\x00b", NUL),
        ("a\x1b[31mb", CONTROL),
        ("a\x9db", CONTROL),
        ("\ud83d", SURROGATE),
        ("\ue012", PRIVATE),
        ("zero\u200bwidth", INVISIBLE),
        ("\u202eabc", INVISIBLE),
        ("one\r\ntwo", RETURNS),
    ],
)
def test_each_kind_of_damage_is_called_what_it_is(text: str, what: str) -> None:
    assert troubles(text) == [what]


@pytest.mark.parametrize(
    "text",
    [
        "Plain text\twith tabs\nand lines.",
        "»Café« – naïve façade, IRMÃ” und MENÜ… “passé…”",
        "ÀÉÎÕÜ ñ ß ø Ł ő",
        "Привет, Κόσμε",
        "你好，世界！锦绣前程、鱼与熊掌。",
        "こんにちは 안녕하세요",
        "👩‍👩‍👧 🇨🇳 e\u0301",
        "می‌خواهم",
    ],
)
def test_sound_texts_of_many_languages_are_left_alone(text: str) -> None:
    assert troubles(text) == []


def test_the_place_names_the_turn_and_the_detail_shows_the_character(write: Write) -> None:
    report = check_data(str(write([*plain_rows(20), row(("user", "Q"), ("assistant", "bell \x07 rings"))])))
    assert found(report) == {CONTROL: ["data.json:21:messages[1]"]}
    assert details(report, CONTROL) == ["bell <U+0007> rings"]
    assert "\x07" not in report.as_text()
