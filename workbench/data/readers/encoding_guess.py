"""Which Chinese encoding bytes are in that are no UTF-8, by how many characters would be common ones."""

from __future__ import annotations

import re

_PAIR = rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]"
_PAIRS = re.compile(_PAIR)
_HIGH_BYTES = re.compile(rb"[\x80-\xff]")
_PUNCTUATION = re.compile(rb"[\xa1-\xa3][\x40-\xfe]")
_COMMON = {
    "GB18030": re.compile(rb"[\xb0-\xd7][\xa1-\xfe]"),  # the 3,755 characters of GB2312's first level
    "Big5": re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]"),  # the 5,401 characters of Big5's first level
}
_NEARLY_ALL = 0.8
_MARGIN = 0.2
_FEW = 3
"""Pairs of a letter beyond ASCII and one of ASCII: so few are words of a Western language."""


def chinese_encodings(data: bytes) -> tuple[str, ...]:
    """The encodings in which the bytes are Chinese text, the likelier first; none if they are none.

    Nearly all characters of a text are common ones, so an encoding in which few are is not the one.
    """
    pairs = _PAIRS.findall(data)
    high = len(_HIGH_BYTES.findall(data))
    if not high or sum(len(_HIGH_BYTES.findall(pair)) for pair in pairs) < high * _NEARLY_ALL:
        return ()
    ascii_seconds = sum(pair[1] < 0x80 for pair in pairs)
    if 0 < len(pairs) < _FEW and ascii_seconds:
        return ()
    characters = [pair for pair in pairs if not _PUNCTUATION.fullmatch(pair)] or pairs
    shares = {
        name: sum(bool(common.fullmatch(pair)) for pair in characters) / len(characters)
        for name, common in _COMMON.items()
    }
    best = max(shares.values())
    if best < _NEARLY_ALL:
        return ()
    likely = [name for name, share in shares.items() if share > best - _MARGIN]
    return tuple(sorted(likely, key=lambda name: -shares[name]))
