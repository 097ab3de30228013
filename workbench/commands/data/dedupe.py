"""``workbench data dedupe``: rows without their repetitions."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.commands.data.transform_options import AsJson, Force, Format, ImageFolder, Input, Out, SkipBad, tell
from workbench.errors import WorkbenchError
from workbench.i18n import _

EXAMPLES = """
  workbench data dedupe all.jsonl --out once.jsonl

  workbench data dedupe all.jsonl --near 0.9 --out once.jsonl --json
"""


def dedupe(
    data: Input,
    out: Out,
    near: Annotated[
        float | None, typer.Option(help=_("Also leave out rows at least this similar, above 0 and up to 1."))
    ] = None,
    format_name: Format = "auto",
    image_folder: ImageFolder = None,
    skip_bad: SkipBad = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Keeps each row where it stands first. Blanks and line breaks between words make no difference."""
    from workbench.data.transform.dedupe import dedupe_rows
    from workbench.data.transform.rows import RowSource

    if near is not None and not 0 < near <= 1:
        raise WorkbenchError(
            _("The similarity must be above 0 and up to 1."), where="--near", fix=_("For example: --near 0.9")
        )
    source = RowSource(data, format_name, skip_bad=skip_bad, image_folder=image_folder)
    tell(dedupe_rows(source, out, near=near, force=force, keep_all=as_json), as_json=as_json)
