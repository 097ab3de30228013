"""``workbench data convert``: rows of one format as rows of another."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from workbench.commands.data.transform_options import (
    AsJson,
    Force,
    Format,
    ImageFolder,
    Input,
    Lossy,
    Out,
    SkipBad,
    tell,
)
from workbench.errors import WorkbenchError
from workbench.i18n import _

EXAMPLES = """
  workbench data convert alpaca.json --to openai --out messages.jsonl

  workbench data convert tools.jsonl --to alpaca --lossy --out alpaca.json

  workbench data convert mine.csv --columns user=question,assistant=reply.text --to openai --out messages.jsonl
"""


class To(StrEnum):
    """The formats that can be written."""

    openai = "openai"
    sharegpt = "sharegpt"
    alpaca = "alpaca"
    xtuner = "xtuner"
    llava = "llava"
    text = "text"
    preference = "preference"


def convert(
    data: Input,
    to: Annotated[To, typer.Option(help=_("The format to write."))],
    out: Out,
    format_name: Format = "auto",
    columns: Annotated[
        str | None,
        typer.Option(metavar="OURS=YOURS,…", help=_("Your own columns by ours, as dataset_columns in a config.")),
    ] = None,
    lossy: Lossy = False,
    image_folder: ImageFolder = None,
    skip_bad: SkipBad = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Stops at the first row that the format cannot hold whole, unless --lossy allows losses."""
    from workbench.data.transform.convert import convert_rows
    from workbench.data.transform.rows import RowSource
    from workbench.data.transform.targets import BY_NAME

    own = _parsed(columns) if columns is not None else None
    source = RowSource(data, format_name, skip_bad=skip_bad, image_folder=image_folder, columns=own)
    tell(convert_rows(source, BY_NAME[to.value], out, lossy=lossy, force=force), as_json=as_json)


def _parsed(columns: str) -> dict[str, str]:
    """Our columns to those of the data.

    Raises:
        WorkbenchError: an entry is not two names with ``=`` between them, or a column of ours is named twice.
    """
    pairs = [entry.partition("=")[::2] for entry in columns.split(",")]
    own = {ours.strip(): yours.strip() for ours, yours in pairs}
    if len(own) < len(pairs) or not all(ours and yours for ours, yours in own.items()):
        raise WorkbenchError(
            _("{text} does not say which column stands for which.").format(text=columns),
            where="--columns",
            fix=_("For example: --columns user=question,assistant=answer"),
        )
    return own
