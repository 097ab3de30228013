"""Pasted text that holds escape codes, such as a coloured log: it stays one paste, without them.

Textual's parser takes an escape code within a paste for keys that were pressed: letters would vanish, and the ends of lines
would send the message.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Any

from textual._xterm_parser import XTermParser
from textual.message import Message

_BEGINS, _ENDS = "\x1b[200~", "\x1b[201~"
_BEGINS_TO_BEGIN = re.compile("\x1b\\[(?:2(?:0{1,2})?)$")
"""The first characters of a paste whose others have not come yet; a lone ESC may as well be the key."""
_CODE = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|[ -/]*[0-~])?")
"""An escape code by ECMA-48: a control sequence, an operating system command, a short one, or the beginning of one."""


class PasteParser(XTermParser):
    """Cuts what comes from the terminal, in pieces of any length, into keys and pastes."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._is_pasting = False
        self._held = ""
        """What has come of a paste, or of its beginning."""

    def feed(self, data: str) -> Iterable[Message]:
        """Take in what came; nothing means that no more will come."""
        if not data:
            return super().feed(data)
        ready = "".join(self._ready(data))
        return super().feed(ready) if ready else ()

    def _ready(self, data: str) -> Iterable[str]:
        """What can be parsed now: keys at once, a paste once it is whole."""
        text, self._held = self._held + data, ""
        while text:
            found = text.find(_ENDS if self._is_pasting else _BEGINS)
            if found < 0:
                break
            if self._is_pasting:
                yield _CODE.sub("", text[:found]) + _ENDS
            else:
                yield text[:found] + _BEGINS
            text = text[found + len(_BEGINS) :]
            self._is_pasting = not self._is_pasting
        if self._is_pasting:
            self._held = text
        elif begun := _BEGINS_TO_BEGIN.search(text):
            self._held = text[begun.start() :]
            yield text[: begun.start()]
        else:
            yield text


def use_in(driver: type[Any]) -> None:
    """Let a driver of Textual, which offers no other way, parse pastes like this."""
    module = sys.modules[driver.__module__]
    if hasattr(module, XTermParser.__name__):
        setattr(module, XTermParser.__name__, PasteParser)
