"""Prepared samples on disk: an Arrow folder (readable by ``datasets.load_from_disk``) with a record of how it was made.

Rows are mapped into memory, not loaded: a training reads what it needs of files of any size.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from workbench.data.encode import Tokenizer
from workbench.data.pack import Packed, Packing
from workbench.data.prepare.pictures import RowFacts
from workbench.data.prepare.report import DataReport
from workbench.data.templates import Template
from workbench.data.templates.chat_template import ChatTemplate
from workbench.data.templates.prompt_template import PromptTemplate
from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import _

RECORD_FILE = "workbench_data.json"
_TRIED_TEXTS = (
    "The quick brown fox jumps over the lazy dog. It's 10:45, isn't it?",
    "书生·浦语大模型，你好！请用一句话介绍上海。",
    "def solution(x: int) -> float:\n    return x ** 2 / 3.14159  # naïve\n\n",
    "<|im_start|>user\n<|im_end|> [INST] </s> <|eot_id|><end_of_turn>",
    "Ελληνικά, русский, العربية, 日本語, 한국어, 👩‍👩‍👧 \t  ﬁ½",
)


class Record(BaseModel):
    """How prepared data was made.

    Args:
        template_digest: of what the template is made of; empty if that is not known.
        packed: its rows are training rows, with the lengths of the samples in them.
        packing: how samples were joined to these; None if that is not known, or nothing was joined yet.
        picture_folders: where the pictures of the rows may lie; None if it is data of text only.
        new_tokens: what the training adds to the vocabulary.
        pairs: each row holds the chosen and then the rejected answer of a pair, each behind its question.
    """

    template: str
    max_length: int
    tokenizer: str
    template_digest: str = ""
    packed: bool = False
    packing: Packing | None = None
    picture_folders: list[str] | None = None
    pairs: bool = False
    new_tokens: list[str] = []
    report: DataReport


CHOSEN_TOKENS = "chosen_tokens"
"""Column of how many tokens of a pair are those of the chosen answer and its question."""


def store_schema(*, sees: bool, packed: bool = False, pairs: bool = False) -> Any:
    """The columns of a store: tokens, the lengths of packed samples or where the second of a pair begins, and for a
    model that sees pictures and `RowFacts`."""
    import pyarrow as pa

    tokens = pa.list_(pa.int32())
    columns = {"input_ids": tokens, "labels": tokens} | ({"lengths": tokens} if packed else {})
    if pairs and not packed:
        columns[CHOSEN_TOKENS] = pa.int32()
    if sees:
        columns["images"] = pa.list_(pa.string())
        columns |= {name: pa.string() if name == "place" else pa.int32() for name in RowFacts._fields}
    return pa.schema(columns)


class TokenStore:
    """Rows with the columns of `store_schema`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.record = read_record(folder)

    def __len__(self) -> int:
        return self._firsts[-1]

    @property
    def sees(self) -> bool:
        """Whether its rows are for a model that takes pictures."""
        return self.record.picture_folders is not None

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": self.folder, "record": self.record}

    def row(self, number: int) -> Packed:
        """One row, as it was written."""
        part = bisect_right(self._firsts, number) - 1
        place = number - self._firsts[part]
        ids, labels = (self._values(name, part, place) for name in ("input_ids", "labels"))
        lengths = self._values("lengths", part, place) if self.record.packed else [len(ids)]
        if self.record.pairs and not self.record.packed:
            border = self.column(CHOSEN_TOKENS).chunk(part)[place].as_py()
            lengths = [border, len(ids) - border]
        images = self.column("images").chunk(part)[place].as_py() if self.sees else []
        return Packed(ids, labels, lengths, images)

    def samples_at(self, places: Collection[str]) -> frozenset[int]:
        """The samples of some rows."""
        import pyarrow as pa
        import pyarrow.compute as pc

        is_there = pc.is_in(self.column("place"), value_set=pa.array(places, pa.string()))
        return frozenset(pc.indices_nonzero(is_there).to_pylist())

    def facts(self, number: int) -> RowFacts:
        """What is kept of a row of a store for a model that sees."""
        return RowFacts(*(self.column(name)[number].as_py() for name in RowFacts._fields))

    def lengths(self) -> array[int]:
        """Tokens of each row."""
        return self._sizes("input_ids")

    def image_counts(self) -> array[int]:
        """Pictures of each row."""
        return self._sizes("images") if self.sees else array("i", bytes(4 * len(self)))

    def pictures_of(self, samples: Sequence[int]) -> set[str]:
        """The different pictures of some rows."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if not self.sees:
            return set()
        named = self.column("images").take(pa.array(samples, pa.int64()))
        return set(pc.unique(pc.list_flatten(named)).to_pylist())

    def column(self, name: str) -> Any:
        """A column as a chunked array."""
        return self._table.column(name)

    def _sizes(self, column: str) -> array[int]:
        found = array("i")
        for chunk in self.column(column).chunks:
            found.frombytes(chunk.value_lengths().cast("int32").to_numpy().tobytes())
        return found

    @cached_property
    def _table(self) -> Any:
        import pyarrow as pa

        tables = []
        for file in sorted(self.folder.glob("data-*.arrow")):
            with pa.memory_map(str(file)) as source:
                tables.append(pa.ipc.open_stream(source).read_all())
        return pa.concat_tables(tables)

    @cached_property
    def _firsts(self) -> list[int]:
        """Of each chunk, the number of its first row; and the number of rows."""
        firsts = [0]
        for chunk in self.column("input_ids").chunks:
            firsts.append(firsts[-1] + len(chunk))
        return firsts

    def _values(self, column: str, part: int, place: int) -> list[int]:
        values: list[int] = self.column(column).chunk(part)[place].values.to_numpy().tolist()
        return values


def is_prepared(folder: Path) -> bool:
    """Whether a folder holds prepared samples."""
    return (folder / RECORD_FILE).is_file()


def read_record(folder: Path) -> Record:
    """How the samples of a folder were made.

    Raises:
        WorkbenchError: the folder has no (readable) record.
    """
    try:
        return Record.model_validate_json((folder / RECORD_FILE).read_bytes())
    except (OSError, ValidationError) as error:
        raise WorkbenchError(
            _("The folder holds no prepared data, or its record is damaged."),
            where=str(folder / RECORD_FILE),
            fix=_("Prepare the data again: 'workbench data preprocess'."),
        ) from error


def write_record(folder: Path, record: Record) -> None:
    """Put the record beside the samples; a folder without it does not count."""
    write_atomic(folder / RECORD_FILE, record.model_dump_json(indent=1) + "\n")


def template_digest(template: Template) -> str:
    """What tells two templates apart that write rows differently, whatever they are called; empty if that is not known.

    Of a tokenizer's own template it is the text, which every library reads alike.
    """
    if isinstance(template, PromptTemplate):
        written = repr(replace(template, name="", reference=" ", stop_words=()))
    elif isinstance(template, ChatTemplate) and isinstance(template.chat_template, str):
        written = template.chat_template
    else:
        return ""
    return hashlib.blake2b(written.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def tokenizer_digest(tokenizer: Tokenizer) -> str:
    """What tells two tokenizers apart, in short: the tokens of some texts.

    One and the same tokenizer is written down differently by different libraries.
    """
    ids = [
        tokenizer.bos_token_id,
        tokenizer.eos_token_id,
        *(tokenizer.encode(text, add_special_tokens=False) for text in _TRIED_TEXTS),
    ]
    return hashlib.blake2b(json.dumps(ids).encode(), digest_size=16).hexdigest()
