"""The samples that are kept out of a training to measure it: drawn by seed before packing, copies always together."""

from __future__ import annotations

import hashlib
import random
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from workbench.data.encode import NOT_TRAINED
from workbench.data.prepare.report import DataReport
from workbench.data.prepare.store import TokenStore
from workbench.errors import WorkbenchError
from workbench.i18n import _


@dataclass(frozen=True)
class HeldOut:
    """What is held out. ``copies``: samples of the whole data that are equal to an earlier one."""

    samples: frozenset[int]
    copies: int


def held_out(store: TokenStore, ratio: float, seed: int, left_out: Collection[int] = ()) -> HeldOut:
    """Draw samples until they are ``ratio`` (0–1) of all; equal ones (the same tokens and pictures) fall on one side.

    Args:
        left_out: samples that are on neither side.

    Raises:
        WorkbenchError: the data was packed ahead, or there are fewer than two different samples.
    """
    if store.record.packed:
        raise packed_ahead()
    groups = _equal_ones(store, left_out)
    count = sum(map(len, groups))
    if len(groups) < 2:
        raise too_few()
    random.Random(seed).shuffle(groups)
    wanted, chosen = held_out_count(count, ratio), set[int]()
    for group in groups[:-1]:  # one is left to train on
        if len(chosen) >= wanted:
            break
        chosen.update(group)
    return HeldOut(frozenset(chosen), count - len(groups))


def held_out_count(count: int, ratio: float) -> int:
    """How many of some samples are held out, where no two are equal: at least one, and one is left to train on."""
    return min(max(round(count * ratio), 1), count - 1) if ratio and count else 0


def too_few() -> WorkbenchError:
    """There is nothing to hold out."""
    return WorkbenchError(
        _("There are not two different samples, so that none can be held out for validation."),
        where="eval_ratio",
        fix=_("Set eval_ratio: 0, or name validation data of its own (eval_data_path)."),
    )


def packed_ahead() -> WorkbenchError:
    """Single samples are wanted of what is packed when it is prepared."""
    return WorkbenchError(
        _("Data is packed when it is prepared ahead: single samples cannot be held out of it."),
        where="eval_ratio",
        fix=_("Name validation data of its own (eval_data_path), or train from the files themselves."),
    )


def known_samples(store: TokenStore, others: TokenStore) -> int:
    """How many samples of a store are in another one too."""
    known = set(_digests(others))
    return sum(digest in known for digest in _digests(store))


def take_away(report: DataReport, store: TokenStore, held: HeldOut) -> None:
    """Count what is held out no longer among what is trained."""
    labels = [store.row(sample).labels for sample in held.samples]
    tokens = sum(map(len, labels))
    trained = tokens - sum(some.count(NOT_TRAINED) for some in labels)
    report.held_out, report.held_out_copies, report.held_out_tokens = len(labels), held.copies, trained
    report.samples -= len(labels)
    report.tokens -= tokens
    report.trained_tokens -= trained


def _equal_ones(store: TokenStore, left_out: Collection[int]) -> list[array[int]]:
    groups: defaultdict[bytes, array[int]] = defaultdict(lambda: array("q"))
    for sample, digest in enumerate(_digests(store)):
        if sample not in left_out:
            groups[digest].append(sample)
    return list(groups.values())


def _digests(store: TokenStore) -> Iterable[bytes]:
    """What each sample is, in 16 bytes, without making lists of its tokens."""
    pictures: Iterable[Any] = store.column("images").to_pylist() if store.sees else ()
    tokens = (
        values[begin:end].tobytes()
        for chunk in store.column("input_ids").chunks
        for values, offsets in [(chunk.values.to_numpy(), chunk.offsets.to_pylist())]
        for begin, end in pairwise(offsets)
    )
    if not store.sees:
        return (hashlib.blake2b(some, digest_size=16).digest() for some in tokens)
    both = zip(tokens, pictures, strict=True)
    return (hashlib.blake2b(some + repr(shown).encode(), digest_size=16).digest() for some, shown in both)
