"""Texts that were damaged on their way here: lost characters, wrong decoding, control characters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.data.checks.finding import Finding, Severity
from workbench.data.checks.place import Place
from workbench.data.checks.texts import excerpt, texts_of
from workbench.data.conversation import Sample
from workbench.i18n import N_, _

# the bytes 80–BF as Latin-1 shows them, and as Windows-1252 does
_TAIL = "[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_UTF8_AS_LATIN = (
    f"[ÂÃ](?![’”…–—]){_TAIL}"  # é becomes Ã©; a quotation mark may stand behind a capital
    f"|(?:[Ä-ß]{_TAIL}){{3,}}"  # Cyrillic and Greek, from three letters on
    f"|â€{_TAIL}"  # ’ becomes â€™
    f"|(?:[à-ï]{_TAIL}{{2}}){{2,}}"  # 你好 becomes ä½\xa0å¥½
    f"|ð{_TAIL}{{3}}"  # emoji
)
_UTF8_AS_GBK = "锟斤拷|[锛銆鈥][\u3400-\u9fff]|烫烫烫烫|屯屯屯屯"


@dataclass(frozen=True)
class Trouble:
    """Something a text should not have.

    Args:
        trigger: an expression.
        what: for `_`, as is ``fix``.
        explains_others: whether what else is in the text comes from this and is not told.
    """

    trigger: str
    severity: Severity
    what: str
    fix: str
    explains_others: bool = False


TROUBLES = (
    Trouble(
        f"{_UTF8_AS_LATIN}|{_UTF8_AS_GBK}",
        "warning",
        N_("texts that look like UTF-8 read in another encoding"),
        N_("Make the file again from its source and read that as UTF-8."),
        explains_others=True,
    ),
    Trouble(
        "\ufffd",
        "warning",
        N_("texts with the mark of a lost character (U+FFFD)"),
        N_("The character is gone: make the file again from its source, with the right encoding."),
    ),
    Trouble("\x00", "warning", N_("texts with NUL characters"), N_("Remove them: they are trained like any other.")),
    Trouble(
        "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]",
        "warning",
        N_("texts with control characters"),
        N_("Remove them: they are trained like any other."),
    ),
    Trouble(
        "[\ud800-\udfff]",
        "error",
        N_("texts with half a character (a lone surrogate), which no tokenizer takes"),
        N_("Remove it, or make the file again from its source."),
    ),
    Trouble(
        "[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]",
        "warning",
        N_("texts with private characters, which mean nothing outside one font"),
        N_("Replace them by ordinary characters."),
    ),
    Trouble(
        "[\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]",
        "note",
        N_("texts with invisible characters"),
        N_("Remove them if they are not meant."),
    ),
    Trouble(
        "\r",
        "note",
        N_("texts with carriage returns, as Windows ends its lines"),
        N_("Replace them by plain line breaks, unless the model shall write them too."),
    ),
)
_ANY = re.compile("|".join(f"(?:{trouble.trigger})" for trouble in TROUBLES))
_ANY_ASCII = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


class EncodingTrouble:
    """Counts each kind once a text."""

    def __init__(self) -> None:
        self._kinds = [
            (trouble, re.compile(trouble.trigger), Finding(trouble.severity, _(trouble.what), _(trouble.fix)))
            for trouble in TROUBLES
        ]

    def look(self, place: Place, sample: Sample) -> None:
        for field, text in texts_of(sample):
            if (_ANY_ASCII if text.isascii() else _ANY).search(text):
                self._sort(place.at(field), text)

    def _sort(self, place: str, text: str) -> None:
        for trouble, expression, finding in self._kinds:
            hit = expression.search(text)
            if hit:
                finding.add(place, excerpt(text, *hit.span()))
                if trouble.explains_others:
                    break

    def findings(self) -> list[Finding]:
        return [finding for _trouble, _expression, finding in self._kinds]
