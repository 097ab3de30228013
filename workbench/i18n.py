"""Every text a user reads, in English and Simplified Chinese, through GNU gettext.

English sentences are the message ids. ``_`` translates at the moment of the call, so a switch of language takes
effect on the next repaint. ``N_`` only marks a text (class attributes, tables) that is translated later with ``_``.
"""

from __future__ import annotations

import gettext
import locale
import os
from pathlib import Path

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
LOCALES = Path(__file__).resolve().parent / "locales"


def preferred_language() -> str:
    """``WORKBENCH_LANG``, else the locale of the environment, else English."""
    asked = os.environ.get("WORKBENCH_LANG") or next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)),
        locale.getlocale()[0] or "",
    )
    return "zh_CN" if asked.lower().startswith("zh") else "en"


class _Current:
    language = "en"
    translations: gettext.NullTranslations = gettext.NullTranslations()


def set_language(language: str) -> None:
    """Switch the language of this process; unknown names fall back to English."""
    _Current.language = language if language in LANGUAGES else "en"
    _Current.translations = gettext.translation(
        "workbench", localedir=LOCALES, languages=[_Current.language], fallback=True
    )


def current_language() -> str:
    """The language in force: a key of ``LANGUAGES``."""
    return _Current.language


def _(message: str) -> str:
    """The message in the current language."""
    return _Current.translations.gettext(message) if message else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """The message in the form that fits a count."""
    return _Current.translations.ngettext(singular, plural, count)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a message for extraction without translating it yet."""
    return message


set_language(preferred_language())
