"""Options that the commands making data files out of data files share, and how they tell what they did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.data.transform.totals import Written

Input = Annotated[
    str,
    typer.Argument(
        metavar="IN", help=_("A data file, a folder of them, a pattern of names, or a name on Hugging Face.")
    ),
]
Out = Annotated[
    Path,
    typer.Option(
        help=_("The file to write: .json, .jsonl, .parquet or .csv, the first two also with .gz; no ending: a folder.")
    ),
]
Format = Annotated[str, typer.Option("--format", help=_("The format of the rows; auto looks at the first ones."))]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help=_("Leave out bad rows and count them."))]
Seed = Annotated[int, typer.Option(help=_("The seed of every random choice."))]
Force = Annotated[bool, typer.Option("--force", help=_("Overwrite existing files."))]
Lossy = Annotated[bool, typer.Option("--lossy", help=_("Leave out what the format cannot hold, and count it."))]
ImageFolder = Annotated[
    Path | None, typer.Option(help=_("What paths of pictures in the data count from; else the folder of each file."))
]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))]


def tell(written: Written, *, as_json: bool) -> None:
    """Print what became of the rows and where they are."""
    typer.echo(json.dumps(written.as_json(), ensure_ascii=False) if as_json else written.as_text())
