"""``workbench merge``: an adapter and its base become one model."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.wording import examples
from workbench.i18n import _

_EXAMPLES = """
  workbench merge sample:model my_adapter merged

  workbench merge auto my_adapter merged --dtype bf16 --max-shard-size 4GB
"""
_AUTO = "auto"


class Dtype(StrEnum):
    """Number format of the result."""

    auto = "auto"
    fp32 = "fp32"
    fp16 = "fp16"
    bf16 = "bf16"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("merge", help=_("Merge an adapter into its base, one tensor at a time."), epilog=examples(_EXAMPLES))(
        merge
    )


def merge(
    base: Annotated[str, typer.Argument(help=_("The base model, or auto: the one the adapter was trained on."))],
    adapter: Annotated[Path, typer.Argument(help=_("Adapter folder."))],
    target: Annotated[Path, typer.Argument(metavar="DIR", help=_("The folder to write."))],
    dtype: Annotated[Dtype, typer.Option(help=_("Number format of the result; auto keeps the base's."))] = Dtype.auto,
    max_shard_size: Annotated[str, typer.Option(help=_("Size of one weight file."))] = "2GB",
    force: Annotated[bool, typer.Option("--force", help=_("Replace an existing folder."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))] = False,
) -> None:
    """Start the job and follow it."""
    from workbench.actions.merge import start_merge
    from workbench.commands.outcome import follow_to_result
    from workbench.sizes import parse_size

    job = start_merge(
        adapter,
        target,
        project=Path.cwd(),
        base=None if base == _AUTO else base,
        dtype=dtype.value,
        max_shard_bytes=parse_size(max_shard_size),
        overwrite=force,
    )
    follow_to_result(job, "merged", "workbench chat {path}", as_json=as_json, goes_on=True)
