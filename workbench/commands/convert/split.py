"""``workbench convert split``: one file for each tensor of a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.wording import examples
from workbench.i18n import _

_EXAMPLES = """
  workbench convert split models/internlm2-chat-1_8b split_model
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("split", help=_("Write a model again with one tensor a file."), epilog=examples(_EXAMPLES))(split)


def split(
    source: Annotated[Path, typer.Argument(metavar="SRC", help=_("Model folder."))],
    target: Annotated[Path, typer.Argument(metavar="DST", help=_("The folder to write."))],
    force: Annotated[bool, typer.Option("--force", help=_("Replace an existing folder."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))] = False,
) -> None:
    """Start the job and follow it."""
    from workbench.actions.split import start_split
    from workbench.commands.outcome import follow_to_result

    job = start_split(source, target, project=Path.cwd(), overwrite=force)
    follow_to_result(job, "folder", as_json=as_json, goes_on=True)
