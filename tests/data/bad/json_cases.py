"""Malformed JSON and JSON Lines."""

from __future__ import annotations

import gzip
import json

import zstandard

from tests.data.bad.case import GOOD, GOOD_LINE, Case, json_list, lines

_DEEP = b'{"input": ' + b"[" * 150 + b"]" * 150 + b', "output": "2"}'
_ABYSS = b'{"input": ' + b"[" * 100_000 + b"]" * 100_000 + b', "output": "2"}'
_MANY = GOOD_LINE * 2000
_EMPTY = ("", "The data file is empty.")
_CUT = "The end of the file is missing: it was cut off."


def _not_json(text: bytes, column: int, reason: str, name: str) -> list[Case]:
    """One broken row, in the middle of JSON Lines and in a list."""
    return [
        Case(f"{name}, in lines", "a.jsonl", lines(GOOD, text + b"\n", GOOD), ((f":2:{column}", reason),), good=2),
        Case(f"{name}, in a list", "a.json", json_list(GOOD, text, GOOD), good=1, fails=(f":2:{column}", reason)),
    ]


_GRAMMAR = [
    *_not_json(b"{'input': 1}", 2, "the name of a column must follow, in double quotes", "single quotes"),
    *_not_json(b'{"input": "1",}', 15, "a comma before } is too much", "a comma too many"),
    *_not_json(b'{"input" "1"}', 10, "a colon is missing", "no colon"),
    *_not_json(b'{"input": "1" "output": "2"}', 15, "a comma or a closing bracket is missing", "no comma"),
    *_not_json(b'{"input": "say "hi""}', 17, "a quotation mark inside a text lacks its", "a quotation mark in a text"),
    *_not_json(b'{"input": True}', 11, "a value is missing", "Python's True"),
    *_not_json(b'{"input": None}', 11, "true, false, null", "Python's None"),
    *_not_json(b'{"input": }', 11, "a value is missing", "no value"),
    *_not_json(b'{"input": "a\tb"}', 13, "control character stands in a text", "a raw tab"),
    *_not_json(rb'{"input": "C:\data"}', 14, "a backslash in a text must be written twice", "a lone backslash"),
    *_not_json(rb'{"input": "\u12"}', 13, "a backslash in a text must be written twice", "half an escape"),
    *_not_json(b'{input: "1"}', 2, "the name of a column must follow", "a name without quotes"),
    *_not_json(b'{"input": 01}', 12, "a comma or a closing bracket is missing", "a number with a zero before it"),
    *_not_json(b'{"input": +1}', 11, "a value is missing", "a number with a plus"),
    *_not_json(b"// a comment", 1, "a value is missing", "a comment"),
    *_not_json(b"input: 1", 1, "a value is missing", "YAML"),
    *_not_json(b"<row/>", 1, "a value is missing", "XML"),
    *_not_json(b"\0\0\0\0", 1, "zero bytes stand there", "zero bytes"),
]


def _unusable(text: bytes, field: str, reason: str, name: str) -> list[Case]:
    """One row of good JSON that cannot be used, in the middle of lines, of a list, and as a file's only object."""
    found = ((f":2{field}", reason),)
    return [
        Case(f"{name}, in lines", "a.jsonl", lines(GOOD, text + b"\n", GOOD), found, good=2),
        Case(f"{name}, in a list", "a.json", json_list(GOOD, text, GOOD), found, good=2),
    ]


_VALUES = [
    *_unusable(b'{"input": NaN, "output": "2"}', ":input", "NaN is no number that JSON has", "NaN"),
    *_unusable(b'{"input": [1, {"a": -Infinity}]}', ":input[1].a", "-Infinity is no number", "Infinity"),
    *_unusable(b'{"input": 1e999}', ":input", "a number is too large", "a number beyond all bounds"),
    *_unusable(b'{"input": ' + b"9" * 5000 + b"}", "", "too many digits", "a number of 5000 digits")[:1],
    *_unusable(b'{"input": "1", "input": "2"}', ":input", "the same name stands twice", "a name twice"),
    *_unusable(b'{"a": [{"b": 1, "b": 1}]}', ":b", "the same name stands twice", "a name twice, deep inside"),
    *_unusable(rb'{"input": "\ud83d", "output": "2"}', ":input", "half of a character", "a lone surrogate"),
    *_unusable(rb'{"a": [{"b": "\udc00\ud83d"}]}', ":a[0].b", "half of a character", "surrogates the wrong way round"),
    *_unusable(rb'{"\ud83d": "1"}', "", "half of a character", "a surrogate in a name"),
    *_unusable(_DEEP, "", "nested more than 100 levels deep", "deep nesting"),
    *_unusable(_ABYSS, "", "nested more than 100 levels deep", "very deep nesting")[:1],
    *_unusable(b"5", "", "a row must be an object with columns, not a number", "a number as a row"),
    *_unusable(b"1.5", "", "not a number", "a fraction as a row"),
    *_unusable(b'"text"', "", "not a text", "a text as a row"),
    *_unusable(b"null", "", "not null", "null as a row"),
    *_unusable(b"true", "", "not true or false", "true as a row"),
    *_unusable(b"[]", "", "not a list", "an empty list as a row"),
    *_unusable(b'[{"input": "1", "output": "2"}]', "", "not a list", "a row inside a list of its own"),
    *_unusable(b'["1+1?", "2"]', "", "not a list", "a pair as a row"),
]
_FILES = [
    Case("very deep nesting, in a list", "a.json", json_list(GOOD, _ABYSS), good=1, fails=(":2:1", "nested more than 100")),
    Case("digits without end, in a list", "a.json", b'[{"a": ' + b"9" * 5000 + b"}]", fails=(":1:2", "too many digits")),
    Case("nothing", "a.json", b"", fails=_EMPTY),
    Case("nothing, in lines", "a.jsonl", b"", fails=_EMPTY),
    Case("white space", "a.json", b" \n\t\r\n ", fails=_EMPTY),
    Case("empty lines", "a.jsonl", b"\n\n \n", fails=_EMPTY),
    Case("only a byte order mark", "a.jsonl", b"\xef\xbb\xbf", fails=_EMPTY),
    Case("an empty list", "a.json", b"[]", fails=_EMPTY),
    Case("an empty list of rows in an object", "a.json", b'{"data": []}', fails=(":1", "cannot be recognised")),
    Case("nothing, packed", "a.jsonl.gz", gzip.compress(b""), fails=_EMPTY),
    Case("not even a packed nothing", "a.jsonl.gz", b"", fails=_EMPTY),
    Case("a number for a file", "a.json", b"5", ((":1", "not a number"),), fails=("", "No row of the file can be read.")),
    Case("a text for a file", "a.json", b'"x"', ((":1", "not a text"),), fails=("", "No row of the file can be read.")),
    Case("null for a file", "a.json", b"null", ((":1", "not null"),), fails=("", "No row of the file can be read.")),
    Case("only bad rows", "a.json", b"[1, 2]", ((":1", "not a number"), (":2", "not a number")), fails=("", "No row")),
    Case("nested lists", "a.json", b"[[[]]]", ((":1", "not a list"),), fails=("", "No row of the file can be read.")),
    Case("text before the list", "a.json", b"data = [{}]", fails=(":1:1", "a value is missing")),
    Case("text behind the list", "a.json", json_list(GOOD) + b"\nend", good=1, fails=(":2:1", "more follows after its end")),
    Case("two lists", "a.json", json_list(GOOD) * 2, good=1, fails=(":1:35", "more follows after its end")),
    Case("a comma at the end of a list", "a.json", b"[{}, ]", fails=(":1:6", "a value is missing")),
    Case("a comma between rows is missing", "a.json", b"[{}\n{}]", fails=(":2:1", "a comma or a closing bracket")),
    Case("the wrong bracket closes", "a.json", b"[{}}", fails=(":1:4", "a comma or a closing bracket")),
    Case("objects written over several lines", "a.jsonl", b'{\n"a": 1\n}\n', (
        (":1:2", "the row does not end on its line"), (":2:4", "more follows after its end"), (":3:1", "a value is missing"),
    ), fails=("", "No row of the file can be read.")),
    Case("two lists of rows", "a.json", b'{"train": [{}], "test": [{}]}', fails=("", "several lists of rows: train, test")),
    Case("rows behind another list", "a.json", b'{"test": [{}], "train": [{}]}', fails=("", "several lists of rows: train, test")),
    Case("a name twice in the only object", "a.json", b'{"a": 1, "a": 2}', ((":1:a", "stands twice"),), fails=("", "No row")),
    Case("NaN in the only object", "a.json", b'{"a": [NaN]}', ((":1:a[0]", "NaN"),), fails=("", "No row of the file")),
    Case("a colon missing in the only object", "a.json", b'{"a" 1}', fails=(":1:6", "a colon is missing")),
    Case("a number for a name", "a.json", b"{5: 1}", fails=(":1:2", "the name of a column must follow")),
    Case("a broken row among good lines under .json", "a.json", lines(GOOD, b"{broken}\n", GOOD), (
        (":2:2", "the name of a column must follow"),
    ), good=2),
    Case("an object cut in its middle", "a.json", json.dumps(GOOD).encode()[:-5], fails=(":1", _CUT)),
    Case("a list cut in a row", "a.json", json_list(GOOD, GOOD)[:-5], good=1, fails=(":2", _CUT)),
    Case("a list cut between rows", "a.json", json_list(GOOD, GOOD)[:-1], good=2, fails=(":2", _CUT)),
    Case("a list cut behind a comma", "a.json", b"[{},", fails=(":1", _CUT)),
    Case("a list cut in a name", "a.json", b'[{"inp', fails=(":1", _CUT)),
    Case("a list cut in a word", "a.json", b'[{"a": tr', fails=(":1", _CUT)),
    Case("only the beginning of a list", "a.json", b"[", fails=(":1", _CUT)),
    Case("only the beginning of an object", "a.json", b"{", fails=(":1", _CUT)),
    Case("lines cut in the last row", "a.jsonl", lines(GOOD, GOOD)[:-5], ((":2", _CUT),), good=1),
    Case("lines cut in a character", "a.jsonl", GOOD_LINE + '{"input": "天'.encode()[:-1], ((":2", _CUT),), good=1),
    Case("a list cut in a character", "a.json", '[{"input": "天'.encode()[:-1], fails=(":1", _CUT)),
    Case("gzip cut in its middle", "a.jsonl.gz", gzip.compress(_MANY)[:-20], fails=("", _CUT)),
    Case("gzip cut in its header", "a.jsonl.gz", gzip.compress(_MANY)[:6], fails=("", _CUT)),
    Case("gzip with a wrong sum", "a.jsonl.gz", gzip.compress(_MANY)[:-8] + bytes(8), fails=("", "packed file is damaged")),
    Case("gzip with changed bytes", "a.json.gz", gzip.compress(_MANY)[:10] + b"\xff" * 50, fails=("", "packed file is damaged")),
    Case("plain text named .gz", "a.jsonl.gz", GOOD_LINE, fails=("", "packed file is damaged, or not packed as its ending")),
    Case("gzip named .zst", "a.jsonl.zst", gzip.compress(GOOD_LINE), fails=("", "packed file is damaged, or not packed")),
    Case("zstd cut in its middle", "a.jsonl.zst", zstandard.compress(_MANY)[:-10], fails=("", _CUT)),
    Case("zstd cut in its header", "a.jsonl.zst", zstandard.compress(_MANY)[:5], fails=("", _CUT)),
    Case("zstd with text behind it", "a.jsonl.zst", zstandard.compress(GOOD_LINE) + b"text text", good=1, fails=("", "is damaged")),
    Case("zstd, second frame cut", "a.jsonl.zst", zstandard.compress(_MANY) + zstandard.compress(_MANY)[:-9], good=2000, fails=("", _CUT)),
    Case("plain text named .zst", "a.jsonl.zst", GOOD_LINE, fails=("", "packed file is damaged, or not packed")),
    Case("broken JSON inside gzip", "a.jsonl.gz", gzip.compress(lines(GOOD, b"{\n", GOOD)), (
        (":2:2", "the row does not end on its line"),
    ), good=2),
    Case("a text that runs over its line", "a.jsonl", lines(GOOD, b'{"input": "1\n', b'2", "output": "3"}\n', GOOD), (
        (":2:11", "the row does not end on its line"), (":3:2", "more follows after its end"),
    ), good=2),
]  # fmt: skip
CASES = [*_GRAMMAR, *_VALUES, *_FILES]
