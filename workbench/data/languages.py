"""Which language a text is in, by its script."""

from __future__ import annotations

import re
from typing import Literal

from workbench.i18n import N_

Language = Literal["zh", "en", "other", "mixed", "none"]
LANGUAGES: dict[Language, str] = {
    "zh": N_("Chinese"),
    "en": N_("English (Latin letters)"),
    "other": N_("other scripts"),
    "mixed": N_("mixed"),
    "none": N_("no words"),
}
MAIN_SHARE = 0.8
"""A row is of one language if at least so much of it is."""
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f]+")
_KANA = re.compile("[\u3040-\u30ff]")
_OTHER_RUN = re.compile("[^\\W\\d_A-Za-z\u00c0-\u024f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


def language_of(text: str) -> Language:
    """The language of a text by its script; a Chinese character weighs as much as a Latin word.

    Han characters beside kana count as Japanese, which is one of the other scripts.
    """
    words = len(_LATIN_WORD.findall(text))
    if text.isascii():
        return "en" if words else "none"
    han = len(_HAN.findall(text))
    other = len(_OTHER_RUN.findall(text))
    if han and _KANA.search(text):
        han, other = 0, other + han
    total = words + han + other
    if not total:
        return "none"
    parts: dict[Language, int] = {"zh": han, "en": words, "other": other}
    main = max(parts, key=lambda part: parts[part])
    return main if parts[main] >= MAIN_SHARE * total else "mixed"
