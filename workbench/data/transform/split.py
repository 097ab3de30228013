"""Rows parted into some to train on and some to test with, so that no row stands on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from workbench.data.languages import LANGUAGES
from workbench.data.transform.groups import By, Groups
from workbench.data.transform.image_paths import ImagePaths
from workbench.data.transform.output import refuse_output, writing
from workbench.data.transform.rows import RowSource
from workbench.data.transform.totals import Totals, Written
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

_GROUPS_SHOWN = 10
_NAME_SHOWN = 60


@dataclass(frozen=True)
class SplitRequest:
    """How to part the rows.

    Args:
        share: of the rows that go to the test side, above 0 and below 1; of no meaning where ``rows`` is given.
        rows: how many go to the test side.
        by: take the same share of each group of rows: those of one system text, or of one language.
    """

    out_train: Path
    out_test: Path
    share: float = 0.05
    rows: int | None = None
    seed: int = 42
    by: By | None = None


def split_rows(source: RowSource, request: SplitRequest, *, force: bool = False) -> Written:
    """Write two files; the same data, share and seed give the same two. Rows stay as they are and in order.

    Rows that train the same stay together, so the test side may be a few rows short where many are repeated.

    Raises:
        WorkbenchError: a row is bad, one side would be empty, or an output cannot be written.
    """
    _refuse_outputs(source, request, force=force)
    groups = Groups(request.by, request.seed)
    for placed in source.rows():
        groups.add(placed.sample)
    tests, of_groups = groups.tests(request.share if request.rows is None else request.rows / max(len(groups), 1))
    test_rows = sum(tests)
    if not 0 < test_rows < len(tests):
        raise _one_side_empty(source, len(tests) - test_rows, test_rows)
    images = [ImagePaths([source], out) for out in (request.out_train, request.out_test)]
    _write(source, request, tests, images, force=force)
    totals = Totals(read=len(tests), written=len(tests))
    totals.take_bad(source.bad)
    files = {"out_train": request.out_train, "out_test": request.out_test}
    said, facts = _told(groups, of_groups, request.by)
    for side, paths in zip(files, images, strict=True):
        said += paths.sentences()
        facts |= {f"{side}_{name}": fact for name, fact in paths.facts().items()}
    return Written(totals, files, said, facts)


def _refuse_outputs(source: RowSource, request: SplitRequest, *, force: bool) -> None:
    for out in (request.out_train, request.out_test):
        refuse_output(out, force=force, sources=source.files)
    if request.out_train.resolve() == request.out_test.resolve():
        raise WorkbenchError(
            _("Both sides would be written into one file."), where=str(request.out_test), fix=_("Name two files.")
        )


def _one_side_empty(source: RowSource, train: int, test: int) -> WorkbenchError:
    return WorkbenchError(
        _("One side would be empty: {train} rows to train on, {test} to test with.").format(train=train, test=test),
        where=source.data_path,
        fix=_("Choose another share or number of rows; rows that are the same stay together."),
    )


def _write(
    source: RowSource, request: SplitRequest, tests: bytearray, images: Sequence[ImagePaths], *, force: bool
) -> None:
    with ExitStack() as both:
        train, test = (
            both.enter_context(writing(out, force=force, sources=source.files))
            for out in (request.out_train, request.out_test)
        )
        sides = iter(tests)
        for placed in source.rows():
            is_test = next(sides, None)
            if is_test is None:
                raise source.changed()
            (test if is_test else train).write(images[is_test].row(placed.file, placed.row))
        if next(sides, None) is not None:
            raise source.changed()


def _told(groups: Groups, tests: list[int], by: By | None) -> tuple[list[str], dict[str, object]]:
    """The sides and their groups, as sentences and as facts."""
    rows, test_rows = len(groups), sum(tests)
    said = [_("{train} rows to train on, {test} to test with.").format(train=rows - test_rows, test=test_rows)]
    facts: dict[str, object] = {"train_rows": rows - test_rows, "test_rows": test_rows}
    if by is None:
        return said, facts
    counted = list(zip(groups.names, groups.sizes, tests, strict=True))
    for name, size, count in counted[:_GROUPS_SHOWN]:
        shown = _group_name(name, by)
        said.append(_("  {group}: {train} and {test}").format(group=shown, train=size - count, test=count))
    if len(counted) > _GROUPS_SHOWN:
        said.append(_("  and {count} more groups").format(count=len(counted) - _GROUPS_SHOWN))
    facts["groups"] = [{"group": name, "rows": size, "test_rows": count} for name, size, count in counted]
    return said, facts


def _group_name(name: str, by: By) -> str:
    if by == "language":
        return next((_(text) for code, text in LANGUAGES.items() if code == name), name)
    return printable(" ".join(name.split())[:_NAME_SHOWN]) or _("no system text")
