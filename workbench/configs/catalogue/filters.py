"""Which configs of the catalogue are wanted: words, and ``method:``, ``family:``, ``dataset:``, ``stage:``, ``fits:``."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeVar

from workbench.errors import WorkbenchError
from workbench.i18n import _

KEYS = ("method", "family", "dataset", "stage")
FITS = "fits"
_GIB = 1024**3


class Row(Protocol):
    """What is filtered: an entry of the catalogue, or what stands for one."""

    @property
    def name(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def dataset(self) -> str: ...
    @property
    def stage(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def model(self) -> str: ...


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Wanted:
    """What a row must have; case does not matter.

    Args:
        words: parts of the name or the summary, in any order.
        fits: GB (GiB) of one GPU that the training must fit into.
    """

    words: tuple[str, ...] = ()
    method: str = ""
    family: str = ""
    dataset: str = ""
    stage: str = ""
    fits: float | None = None

    @classmethod
    def of(cls, text: str) -> Wanted:
        """What was typed: words, and ``key:value`` for the keys; a key without a value asks for nothing yet.

        Raises:
            WorkbenchError: what is to fit is no number.
        """
        words: list[str] = []
        values: dict[str, str] = {}
        for word in text.lower().split():
            key, colon, value = word.partition(":")
            if colon and key in (*KEYS, FITS):
                values[key] = value
            else:
                words.append(word)
        fits = values.pop(FITS, "")
        return cls(words=tuple(words), fits=gigabytes(fits, f"{FITS}:{fits}") if fits else None, **values)

    @property
    def values(self) -> dict[str, str]:
        """The keys that something is asked of."""
        return {key: value.lower() for key in KEYS if (value := str(getattr(self, key)))}


def select(rows: Sequence[R], wanted: Wanted, needed: Callable[[R], int | None]) -> list[R]:
    """The rows that are wanted, in their order.

    A word means what begins with it (``lora`` not qlora, ``4b`` not 14b); where nothing does, so does each of its parts
    (``mistral_v0``: mistral and v0), and at last anything that holds it. One with a slash is part of a model's name on the
    hub, or of a file's path. A value that is one of a key means exactly that
    one (``dataset:alpaca`` not alpaca_zh), any other is a part of it.

    Args:
        needed: bytes on one GPU, None where they are not known; asked only if ``fits`` is.
    """
    paths = [word for word in wanted.words if "/" in word]
    found = [row for row in rows if all(word in row.model.lower() or word in row.name.lower() for word in paths)]
    found = _with_words(found, [word for word in wanted.words if word not in paths])
    for key, value in wanted.values.items():
        is_exact = any(getattr(row, key) == value for row in rows)
        found = [row for row in found if _has(str(getattr(row, key)), value, is_exact=is_exact)]
    if wanted.fits is None:
        return found
    return [row for row in found if (size := needed(row)) is not None and size <= wanted.fits * _GIB]


def _with_words(rows: Sequence[R], words: Sequence[str]) -> list[R]:
    whole = [_joined(word) for word in words]
    parts = [part for word in whole for part in word.split("_") if part]
    texts = [_joined(f"{row.name} {row.family} {row.method} {row.summary}") for row in rows]
    for asked, pattern in ((whole, _at_a_start), (parts, _at_a_start), (whole, re.escape)):
        compiled = [(word, re.compile(pattern(word))) for word in asked]
        # looking for the letters first spares nearly all the time
        found = [
            row
            for row, text in zip(rows, texts, strict=True)
            if all(word in text and one.search(text) for word, one in compiled)
        ]
        if found:
            return found
    return []


@lru_cache(maxsize=4096)
def _joined(text: str) -> str:
    """With one mark for all that part words: ``1.8B`` in a summary is ``1_8b`` in a name."""
    return re.sub(r"[\s._-]", "_", text.lower())


def _at_a_start(word: str) -> str:
    """A pattern for a word where one begins, or a version's number after its name (``3`` of qwen3, not of e3)."""
    if not re.match("[a-z0-9]", word):
        return re.escape(word)
    return r"(?:(?<![a-z0-9])|(?<=[a-z]{2})(?=\d))" + re.escape(word)


def _has(value: str, wanted: str, *, is_exact: bool) -> bool:
    return value == wanted if is_exact else wanted in value


def gigabytes(text: str, where: str) -> float:
    """From ``24`` or ``24GB``.

    Raises:
        WorkbenchError: it is neither.
    """
    try:
        size = float(text.lower().removesuffix("gb"))
    except ValueError:
        size = math.nan
    if math.isfinite(size) and size >= 0:
        return size
    raise WorkbenchError(
        _("{text} is no number of gigabytes.").format(text=text),
        where=where,
        fix=_("For example 24, or 24GB."),
    )


@lru_cache(maxsize=4096)
def bytes_needed(name: str) -> int | None:
    """Estimated memory of a published config on one GPU, in bytes; None if its model's sizes are not known."""
    from workbench.configs.catalogue import resolve
    from workbench.configs.estimate import estimate_memory

    estimate = estimate_memory(resolve(name))
    return estimate.total if estimate else None
