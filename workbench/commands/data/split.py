"""``workbench data split``: rows to train on and rows to test with."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.data.transform_options import AsJson, Force, Format, ImageFolder, Input, Seed, SkipBad, tell
from workbench.errors import WorkbenchError
from workbench.i18n import _

EXAMPLES = """
  workbench data split all.jsonl --out-train train.jsonl --out-test test.jsonl

  workbench data split all.jsonl --out-train train.jsonl --out-test test.jsonl --rows 500 --by language --seed 7
"""
_SHARE = 0.05


class By(StrEnum):
    """What rows of a group have in common."""

    system = "system"
    language = "language"


def split(
    data: Input,
    out_train: Annotated[Path, typer.Option(help=_("The file for the rows to train on."))],
    out_test: Annotated[Path, typer.Option(help=_("The file for the rows to test with."))],
    share: Annotated[
        float | None, typer.Option(help=_("Share of the rows to test with; 0.05 if nothing is said."))
    ] = None,
    rows: Annotated[int | None, typer.Option(help=_("How many rows to test with."), min=1)] = None,
    by: Annotated[By | None, typer.Option(help=_("Take the same share of each system text or language."))] = None,
    format_name: Format = "auto",
    seed: Seed = 42,
    image_folder: ImageFolder = None,
    skip_bad: SkipBad = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """The same data and seed give the same parts; rows that are the same never stand on both sides."""
    from workbench.data.transform.rows import RowSource
    from workbench.data.transform.split import SplitRequest, split_rows

    if share is not None and rows is not None:
        raise WorkbenchError(_("--share and --rows say the same thing."), fix=_("Leave out one of them."))
    if share is not None and not 0 < share < 1:
        raise WorkbenchError(
            _("The share must be above 0 and below 1."), where="--share", fix=_("For example: --share 0.05")
        )
    request = SplitRequest(
        out_train, out_test, _SHARE if share is None else share, rows, seed, by.value if by else None
    )
    tell(
        split_rows(RowSource(data, format_name, skip_bad=skip_bad, image_folder=image_folder), request, force=force),
        as_json=as_json,
    )
