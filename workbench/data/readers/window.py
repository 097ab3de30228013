"""The part of a JSON text that is being read; the rest stays on disk."""

from __future__ import annotations

import codecs
import io
import json
import re
from pathlib import Path
from typing import Any

from workbench.data.readers.json_rows import not_json
from workbench.data.readers.json_values import (
    LENIENT,
    STRICT,
    ValueProblemError,
    checked,
    is_cut,
    located,
    problem_of,
    reason_of,
)
from workbench.data.readers.problems import MOST_CHARACTERS, cut_off, not_utf8, place, too_long
from workbench.errors import WorkbenchError
from workbench.i18n import _

_CHUNK = 2**18
_LONGEST_TOKEN = 16
"""Characters: at least as many as an escaped pair or a word of JSON has, half of which may be read."""
_SPACE = re.compile(r"[ \t\n\r]*")


class Window:
    """A stretch of text and a place in it, which only moves forwards."""

    def __init__(self, path: Path, stream: io.BufferedReader) -> None:
        self._path = path
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._at = 0
        self._lines_before = 0
        self._columns_before = 0
        self._ended = False

    def next_sign(self) -> str:
        """The next character that is no white space, which is not passed; empty at the end."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]  # matches always
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def require(self, *expected: str) -> str:
        """Pass the next character, which must be an expected one.

        Raises:
            WorkbenchError: it is another, or the text ends.
        """
        found = self.next_sign()
        if not found or found not in expected:
            raise self._wrong(f"Expecting '{expected[0]}' delimiter")
        self._at += 1
        return found

    def require_name(self) -> None:
        """Raise unless a text comes next, as the name of a column.

        Raises:
            WorkbenchError: names the place.
        """
        if self.next_sign() != '"':
            raise self._wrong("Expecting property name")

    def require_end(self) -> None:
        """Raise if anything but white space comes next.

        Raises:
            WorkbenchError: names the place.
        """
        if self.next_sign():
            raise self._wrong("Extra data")

    def begins_rows(self) -> bool:
        """Whether the next value is a list that begins with an object."""
        if self.next_sign() != "[":
            return False
        while not (inside := self._text[self._at + 1 :].lstrip()) and self._more():
            pass
        return inside.startswith("{")

    def value(self) -> Any:
        """The next value.

        Raises:
            WorkbenchError: there is none, or it is not JSON; nothing after it can be read.
            ValueProblemError: it cannot be used; it is passed.
        """
        try:
            value, end = self._decoded(STRICT)
        except ValueProblemError as problem:
            _value, end = self._decoded(LENIENT)
            raise located(problem, self._passed(end)) from problem
        return checked(value, self._passed(end))

    def rest(self) -> str:
        """What is known of the text from the place on."""
        return self._text[self._at :]

    def _wrong(self, what: str) -> WorkbenchError:
        """What to raise about the place itself. ``what``: as the json module words it."""
        return self._not_json(json.JSONDecodeError(what, self._text, self._at))

    def _passed(self, end: int) -> str:
        begin, self._at = self._at, end
        return self._text[begin:end]

    def _decoded(self, decoder: json.JSONDecoder) -> tuple[Any, int]:
        """The next value and where it ends, reading on until it is whole."""
        self.next_sign()
        while True:
            try:
                value, end = decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._may_go_on(error) and self._more():
                    continue
                raise self._not_json(error) from error
            except (ValueError, RecursionError) as error:
                raise self._unusable(problem_of(error)) from error
            if end < len(self._text) or not self._more():
                return value, end

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        """Whether the value may be right once more of it is read."""
        return error.pos >= len(self._text) - _LONGEST_TOKEN or is_cut(error)

    def _more(self) -> bool:
        """Read on; False at the end of the file. What was passed is forgotten."""
        if len(self._text) - self._at > MOST_CHARACTERS:
            raise too_long(self._path, self._line_of(self._at))
        data = b"" if self._ended else self._stream.read(max(_CHUNK, len(self._text) - self._at))
        try:
            text = self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            line = self._line_of(len(self._text)) + error.object.count(b"\n", 0, error.start)
            raise not_utf8(self._path, line, error.object, error) from error
        if not data:
            self._ended = True
            return False
        self._forget()
        self._text += text
        return True

    def _forget(self) -> None:
        last_break = self._text.rfind("\n", 0, self._at)
        self._columns_before = self._at - last_break - 1 if last_break >= 0 else self._columns_before + self._at
        self._lines_before += self._text.count("\n", 0, self._at)
        self._text = self._text[self._at :]
        self._at = 0

    def _place(self, at: int) -> str:
        last_break = self._text.rfind("\n", 0, at)
        column = at - last_break if last_break >= 0 else self._columns_before + at + 1
        return place(self._path, self._line_of(at), column)

    def _line_of(self, at: int) -> int:
        return self._lines_before + self._text.count("\n", 0, at) + 1

    def _not_json(self, error: json.JSONDecodeError) -> WorkbenchError:
        line, column = self._place(error.pos).rsplit(":", 2)[1:]
        if self._ended and is_cut(error):
            return cut_off(self._path, line)
        return not_json(self._path, reason_of(error), int(line), int(column))

    def _unusable(self, problem: ValueProblemError) -> WorkbenchError:
        return WorkbenchError(
            _("This row cannot be used: {reason}.").format(reason=problem.what), where=self._place(self._at)
        )
