"""``workbench data sheet``: question sheets about pictures, and new rows from rows, with the help of a chat service."""

from __future__ import annotations

from collections.abc import Callable

import typer

from workbench.commands.data.sheet import import_pasted, make, prompt, text
from workbench.commands.wording import examples
from workbench.i18n import N_, _

_EXAMPLES = """
  workbench data sheet prompt photos/cat.jpg

  workbench data sheet import answer.txt --image photos/cat.jpg --out llava.json

  workbench data sheet make photos --out llava.json --model qwen-vl-max --url http://localhost:8000/v1
"""
_COMMANDS: tuple[tuple[str, Callable[..., None], str, str], ...] = (
    ("prompt", prompt.prompt, N_("What to paste into a chat service together with a picture."), prompt.EXAMPLES),
    (
        "import",
        import_pasted.import_pasted,
        N_("Take the answer of a chat service back, with every fault named by its line."),
        import_pasted.EXAMPLES,
    ),
    ("make", make.make, N_("Ask an endpoint about every picture of a folder."), make.EXAMPLES),
    ("text", text.text, N_("Paraphrase, translate or extend rows of text by an endpoint."), text.EXAMPLES),
)


def register(data: typer.Typer) -> None:
    """Add the command group to that of ``workbench data``."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, epilog=examples(_EXAMPLES))
    for name, function, help_text, shown in _COMMANDS:
        group.command(name, help=_(help_text), epilog=examples(shown))(function)
    data.add_typer(group, name="sheet", help=_("Make questions and answers with a chat service."))
