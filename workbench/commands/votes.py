"""``workbench votes``: which models won how often when answers were compared."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typer

from workbench.commands.asked_model import AsJson
from workbench.commands.columns import aligned
from workbench.commands.wording import examples
from workbench.i18n import _

_EXAMPLES = """
  workbench votes

  workbench votes --json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "votes", help=_("Win rates of the models whose answers were voted on in Chat."), epilog=examples(_EXAMPLES)
    )(votes)


def votes(as_json: AsJson = False) -> None:
    """Print how each model fared."""
    from workbench.chat.votes import kept_votes, standings
    from workbench.text import printable
    from workbench.told_apart import told_apart

    kept = kept_votes(Path.cwd())
    found = standings(kept)
    if as_json:
        models = [asdict(one) | {"win_rate": round(one.win_rate, 4)} for one in found]
        typer.echo(json.dumps({"votes": len(kept), "models": models}, ensure_ascii=False))
        return
    if not found:
        typer.echo(_("Nobody has voted in this project yet: compare models in Chat with ctrl+g."))
        return
    head = (_("model"), _("win rate"), _("wins"), _("ties"), _("losses"))
    rows = [
        (printable(name), f"{one.win_rate:.1%}", str(one.wins), str(one.ties), str(one.losses))
        for one, name in zip(found, told_apart([one.model for one in found]), strict=True)
    ]
    for line in aligned([head, *rows]):
        typer.echo(line)
    typer.echo(_("Votes: {count}; each counts for each pair of answers, a tie is half a win.").format(count=len(kept)))
