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
from workbench.i18n import _

EXAMPLES = """
  workbench data convert alpaca.json --to openai --out messages.jsonl

  workbench data convert tools.jsonl --to alpaca --lossy --out alpaca.json
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

    source = RowSource(data, format_name, skip_bad=skip_bad, image_folder=image_folder)
    tell(convert_rows(source, BY_NAME[to.value], out, lossy=lossy, force=force), as_json=as_json)
