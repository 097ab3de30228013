"""``workbench convert``: checkpoints become what others can load. One file a command.

A first word that is none of the commands below means the command ``checkpoint``: ``workbench convert last`` is
``workbench convert checkpoint last``.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import typer
from typer.core import TyperGroup

from workbench.commands.wording import examples
from workbench.i18n import _

MODULES = ("checkpoint", "pth_to_hf", "merge", "split")
_DEFAULT = "checkpoint"
_HELP = ("-h", "--help")
_EXAMPLES = """
  workbench convert last

  workbench convert pth_to_hf my_config.py iter_2181.pth my_adapter
"""


class _WithDefault(TyperGroup):
    """A group whose unknown first word belongs to the default command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in _HELP:
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(cls=_WithDefault, no_args_is_help=True, rich_markup_mode=None, epilog=examples(_EXAMPLES))
    for name in MODULES:
        module = f"{__name__}.{name}"
        if importlib.util.find_spec(module):
            importlib.import_module(module).register(group)
    app.add_typer(
        group,
        name="convert",
        help=_("Turn checkpoints into what others can load: adapters and models. `convert JOB` converts a job's."),
    )
