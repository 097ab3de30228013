"""``--lang``."""

from __future__ import annotations

import pytest

from workbench.data.identity.languages import parse_languages
from workbench.errors import WorkbenchError


@pytest.mark.parametrize(
    ("text", "languages"), [("zh", ("zh",)), ("en,zh", ("zh", "en")), (" ZH , en,, en ", ("zh", "en"))]
)
def test_languages_are_taken_once_and_in_order(text: str, languages: tuple[str, ...]) -> None:
    assert parse_languages(text) == languages


@pytest.mark.parametrize(("text", "named"), [("zh,fr,de", "fr, de"), ("", "not in"), (",", "not in ,")])
def test_an_unknown_language_is_named(text: str, named: str) -> None:
    with pytest.raises(WorkbenchError, match=named) as caught:
        parse_languages(text)
    assert caught.value.where == "lang"
    assert caught.value.fix
