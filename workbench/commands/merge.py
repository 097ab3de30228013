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

  workbench merge auto last merged

  workbench merge auto my_adapter merged --dtype bf16 --max-shard-size 4GB

  workbench merge auto my_llava merged_llava
"""
_AUTO = "auto"


class Dtype(StrEnum):
    """Number format of the result."""

    auto = "auto"
    fp32 = "fp32"
    fp16 = "fp16"
    bf16 = "bf16"


class OneModel(StrEnum):
    """How a merged LLaVA model is laid out."""

    huggingface = "huggingface"
    official = "official"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("merge", help=_("Merge an adapter into its base, one tensor at a time."), epilog=examples(_EXAMPLES))(
        merge
    )


VisualEncoder = Annotated[
    str | None, typer.Option(metavar="MODEL", help=_("The vision tower of a LLaVA folder; else the noted one."))
]
OneModelFormat = Annotated[OneModel, typer.Option(help=_("Layout of a merged LLaVA model."))]


def merge(
    base: Annotated[str, typer.Argument(help=_("The base model, or auto: the one the adapter was trained on."))],
    adapter: Annotated[str, typer.Argument(help=_("Adapter folder, training job, or the folder of a LLaVA training."))],
    target: Annotated[Path, typer.Argument(metavar="DIR", help=_("The folder to write."))],
    dtype: Annotated[Dtype, typer.Option(help=_("Number format of the result; auto keeps the base's."))] = Dtype.auto,
    max_shard_size: Annotated[str, typer.Option(help=_("Size of one weight file."))] = "2GB",
    visual_encoder: VisualEncoder = None,
    save_format: OneModelFormat = OneModel.huggingface,
    force: Annotated[bool, typer.Option("--force", help=_("Replace an existing folder."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))] = False,
) -> None:
    """Start the job and follow it."""
    from workbench.actions.merge import start_merge
    from workbench.actions.named_weights import weights_named
    from workbench.commands.outcome import OF_SCORER, follow_to_result
    from workbench.sizes import parse_size

    job = start_merge(
        Path(weights_named(adapter, Path.cwd())),
        target,
        project=Path.cwd(),
        base=None if base == _AUTO else base,
        dtype=dtype.value,
        max_shard_bytes=parse_size(max_shard_size, "--max-shard-size"),
        overwrite=force,
        visual_encoder=visual_encoder,
        save_format=save_format.value,
    )
    follow_to_result(
        job, {"merged": "workbench chat {path}", **OF_SCORER, "folder": None}, as_json=as_json, goes_on=True
    )
