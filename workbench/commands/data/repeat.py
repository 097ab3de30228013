"""``workbench data repeat``: the same rows several times."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.commands.data.transform_options import AsJson, Force, Format, ImageFolder, Input, Out, SkipBad, tell
from workbench.i18n import _

EXAMPLES = """
  workbench data repeat unique_data.json -n 200 --out repeated_data.json
"""


def repeat(
    data: Input,
    times: Annotated[int, typer.Option("-n", "--times", help=_("How often each row shall stand there."), min=1)],
    out: Out,
    format_name: Format = "auto",
    image_folder: ImageFolder = None,
    skip_bad: SkipBad = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write all rows as they are, then all again, and so on."""
    from workbench.data.transform.repeat import repeat_rows
    from workbench.data.transform.rows import RowSource

    tell(
        repeat_rows(
            RowSource(data, format_name, skip_bad=skip_bad, image_folder=image_folder), times, out, force=force
        ),
        as_json=as_json,
    )
