"""Files in other encodings, files of other kinds, and texts."""

from __future__ import annotations

import gzip
import json

from tests.data.bad.case import GOOD, GOOD_LINE, Case, lines

_CHINESE = (json.dumps({"input": "天空是什么颜色？", "output": "蓝色"}, ensure_ascii=False) + "\n").encode("gb18030")
_LATIN = '{"input": "café", "output": "naïve"}\n'.encode("latin-1")
_GB = "The file is not UTF-8 text; it looks like GB18030."
_FRENCH = "The file is not UTF-8 text: byte 0xe9 belongs to another encoding."
_EMPTY = ("", "The data file is empty.")


def _looks_like(encoding: str, name: str, mark: bytes = b"") -> list[Case]:
    said = ("", f"it looks like {name}.")
    text = lines(GOOD).decode()
    return [
        Case(f"{encoding}, {file}", file, mark + text.encode(encoding), fails=said)
        for file in ("a.jsonl", "a.json", "a.csv", "a.txt")
    ]


def _is_no_text(file: str, content: bytes, what: str) -> Case:
    return Case(f"{what} named {file}", file, content, fails=("", f"This is no text but {what}"))


CASES = [
    *_looks_like("utf-16", "UTF-16"),
    *_looks_like("utf-32", "UTF-32"),
    *_looks_like("utf-16-be", "UTF-16", b"\xfe\xff")[:1],
    *_looks_like("utf-16-le", "UTF-16LE")[:1],
    *_looks_like("utf-32-be", "UTF-32BE")[:1],
    Case("Chinese lines among others", "a.jsonl", GOOD_LINE + _CHINESE + GOOD_LINE, ((":2", _GB),), good=2),
    Case("Chinese list", "a.json", b"[" + GOOD_LINE + b"," + _CHINESE + b"]", fails=(":2", _GB)),
    Case("Chinese table", "a.csv", b"input,output\n1,2\n" + "天空是什么,蓝\n".encode("gbk"), good=1, fails=(":3", _GB)),
    Case("Chinese text", "a.txt", "第一行\n第二行\n".encode("gbk"), fails=(":1", _GB)),
    Case("Chinese, packed", "a.jsonl.gz", gzip.compress(GOOD_LINE + _CHINESE), ((":2", _GB),), good=1),
    Case("French lines", "a.jsonl", GOOD_LINE + _LATIN, ((":2", _FRENCH),), good=1),
    Case("French list", "a.json", b"[\n" + _LATIN + b"]", fails=(":2", _FRENCH)),
    Case("French text", "a.md", "un café\n".encode("latin-1"), fails=(":1", _FRENCH)),
    Case("one wrong byte", "a.jsonl", GOOD_LINE + b'{"input": "\xff"}\n' + GOOD_LINE, ((":2", "byte 0xff"),), good=2),
    Case("a surrogate in UTF-8", "a.jsonl", GOOD_LINE + b'{"input": "\xed\xa0\x80"}\n', ((":2", "byte 0xed"),), good=1),
    Case("a wrong byte behind the first list", "a.json", b"[" + GOOD_LINE + b"]\n\xff", fails=(":3", "byte 0xff")),
    Case("random bytes", "a.jsonl", b"\x8f\x03\xfe\x91\xff\x9c", ((":1", "byte 0x8f"),), fails=("", "No row")),
    Case("text cut in a character", "a.txt", "天空".encode()[:-1], fails=(":1", "it was cut off")),
    Case("an empty text", "a.txt", b"", fails=_EMPTY),
    Case("a text of white space", "a.md", b" \n\n", fails=_EMPTY),
    Case("a text of a byte order mark", "a.txt", b"\xef\xbb\xbf", fails=_EMPTY),
    _is_no_text("a.json", gzip.compress(GOOD_LINE), "a gzip file: let its name end in .gz"),
    _is_no_text("a.jsonl", b"\x28\xb5\x2f\xfd....", "a zstd file: let its name end in .zst"),
    _is_no_text("a.jsonl", b"PAR1....", "a Parquet file: let its name end in .parquet"),
    _is_no_text("a.json", b"ARROW1..", "an Arrow file: let its name end in .arrow"),
    _is_no_text("a.csv", b"PK\x03\x04....", "a zip archive or an Office document"),
    _is_no_text("a.txt", b"\x89PNG\r\n\x1a\n", "a picture"),
    _is_no_text("a.txt", b"%PDF-1.7\n", "a PDF: save its text"),
    _is_no_text("a.json", b"SQLite format 3\0", "a database"),
    _is_no_text("a.jsonl", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "a Git LFS pointer"),
    Case("a twice packed file", "a.jsonl.gz", gzip.compress(gzip.compress(GOOD_LINE)), fails=("", "no text but a gzip file")),
    Case("an ending that is not read", "a.xlsx", b"PK", fails=("", "Files of this type are not read: .xlsx.")),
    Case("no ending", "data", GOOD_LINE, fails=("", "Files of this type are not read: data.")),
    Case("packed in a way that is not read", "a.jsonl.bz2", GOOD_LINE, fails=("", "Files of this type are not read: .bz2.")),
]  # fmt: skip
