"""``workbench data agentflan``: the Agent-FLAN collection as messages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.data.transform_options import AsJson, Force, SkipBad, tell
from workbench.i18n import _

EXAMPLES = """
  workbench data agentflan Agent-FLAN/data

  workbench data agentflan Agent-FLAN/data --out agent_flan.jsonl
"""


def agentflan(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("The folder of .jsonl files."))],
    out: Annotated[
        Path | None,
        typer.Option(help=_("A file, or without an ending a folder of Arrow files; DIR_converted if nothing is said.")),
    ] = None,
    skip_bad: SkipBad = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Renames conversation to messages and leaves out id."""
    from workbench.data.transform.agentflan import agentflan_source, convert_agentflan, converted_folder

    source = agentflan_source(folder, skip_bad=skip_bad)
    tell(convert_agentflan(source, out or converted_folder(folder), force=force), as_json=as_json)
