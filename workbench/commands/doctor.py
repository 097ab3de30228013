"""``workbench doctor``: is everything here that is needed?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.wording import examples
from workbench.i18n import _

_EXAMPLES = """
  workbench doctor

  workbench doctor --json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor", help=_("Check this machine, and say how to mend what is wrong."), epilog=examples(_EXAMPLES))(
        doctor
    )


def doctor(as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON list."))] = False) -> None:
    """Print each check as it is done; exit 1 if one found an error."""
    from workbench.doctor.checks import run_checks
    from workbench.doctor.result import SYMBOLS, WORDS
    from workbench.text import printable

    results = []
    for result in run_checks(Path.cwd()):
        results.append(result)
        if not as_json:
            status = f"{SYMBOLS[result.status]} {_(WORDS[result.status])}"
            typer.echo(printable(f"{status}  {result.name}: {result.detail}"))
            if result.fix:
                typer.echo(printable(f"    → {result.fix}"))
    if as_json:
        typer.echo(json.dumps([result.as_json() for result in results], ensure_ascii=False, indent=1))
    raise typer.Exit(1 if any(result.status == "error" for result in results) else 0)
