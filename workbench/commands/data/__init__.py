"""``workbench data``: make a dataset, look at one, check one, change one. One file a command."""

from __future__ import annotations

from collections.abc import Callable

import typer

from workbench.commands.data import (
    agentflan,
    arxiv,
    check,
    convert,
    dedupe,
    identity,
    list_formats,
    mix,
    preprocess,
    refcoco,
    repeat,
    sheet,
    show,
    split,
)
from workbench.commands.wording import examples
from workbench.i18n import N_, _

_EXAMPLES = """
  workbench data identity --name 小明 --mix sample:general_dialogue.json

  workbench data check identity.json
"""
_COMMANDS: tuple[tuple[str, Callable[..., None], str, str], ...] = (
    ("identity", identity.identity, N_("Make a self-identity dataset from a name."), identity.EXAMPLES),
    ("show", show.show, N_("Show rows as they will be trained."), show.EXAMPLES),
    ("check", check.check, N_("Find what is wrong with a data file before training."), check.EXAMPLES),
    (
        "list-formats",
        list_formats.list_formats,
        N_("The dataset formats that are read, with an example of each."),
        list_formats.EXAMPLES,
    ),
    ("preprocess", preprocess.preprocess, N_("Tokenise and pack ahead of the training."), preprocess.EXAMPLES),
    ("repeat", repeat.repeat, N_("Write the same rows several times over."), repeat.EXAMPLES),
    ("convert", convert.convert, N_("Write rows in another format."), convert.EXAMPLES),
    ("split", split.split, N_("Part rows into some to train on and some to test with."), split.EXAMPLES),
    ("mix", mix.mix, N_("Put several sources into one file, each with its share."), mix.EXAMPLES),
    ("dedupe", dedupe.dedupe, N_("Leave out rows that are there already, or nearly."), dedupe.EXAMPLES),
    ("arxiv", arxiv.arxiv, N_("Choose papers of the arXiv metadata dump."), arxiv.EXAMPLES),
    ("refcoco", refcoco.refcoco, N_("Make rows of the RefCOCO collections."), refcoco.EXAMPLES),
    ("agentflan", agentflan.agentflan, N_("Make rows of the Agent-FLAN collection."), agentflan.EXAMPLES),
)


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, epilog=examples(_EXAMPLES))
    for name, function, help_text, shown in _COMMANDS:
        group.command(name, help=_(help_text), epilog=examples(shown))(function)
    sheet.register(group)
    app.add_typer(group, name="data", help=_("Make a dataset, look at one, check one."))
