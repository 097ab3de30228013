"""``workbench export``: a model for other programs. One file a command."""

from __future__ import annotations

from collections.abc import Callable

import typer

from workbench.commands.export import card, gguf, ollama, serve
from workbench.commands.wording import examples
from workbench.i18n import N_, _

_EXAMPLES = """
  workbench export gguf merged merged.gguf --type q8_0

  workbench export serve merged --engine vllm
"""
_COMMANDS: tuple[tuple[str, Callable[..., None], str, str], ...] = (
    ("gguf", gguf.gguf, N_("Write one file for llama.cpp, Ollama and LM Studio."), gguf.EXAMPLES),
    ("ollama", ollama.ollama, N_("Write Ollama's Modelfile with the right template and stop words."), ollama.EXAMPLES),
    ("serve", serve.serve, N_("Print the lines that start a serving engine."), serve.EXAMPLES),
    ("card", card.card, N_("Write a model card into the folder."), card.EXAMPLES),
)


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, epilog=examples(_EXAMPLES))
    for name, function, help_text, shown in _COMMANDS:
        group.command(name, help=_(help_text), epilog=examples(shown))(function)
    app.add_typer(group, name="export", help=_("Make a model usable by other programs."))
