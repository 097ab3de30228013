"""Both languages are complete, and what the program reads is what the catalogue says."""

import re

import pytest

from tests.messages import MO_FILE, collected, compiled, translations, untranslated
from workbench import i18n

PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def test_every_text_of_the_program_is_translated():
    catalog = translations()
    missing = [str(message.id) for message in collected() if message.id and message.id not in catalog]
    assert missing + untranslated(catalog) == []


def test_translations_keep_their_placeholders():
    for message in translations():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        expected = set(PLACEHOLDER.findall(str(ids[-1])))
        assert all(set(PLACEHOLDER.findall(text)) == expected for text in strings), message.id


def test_the_compiled_catalogue_is_current():
    assert MO_FILE.read_bytes() == compiled(translations())


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "WORKBENCH_LANG": "zh_CN"}, "zh_CN"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_follows_the_environment(monkeypatch, environment, language):
    for name in ("WORKBENCH_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert i18n.preferred_language() == language
