"""``workbench convert checkpoint``: a training checkpoint becomes a Hugging Face adapter or model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.convert.pth_to_hf import SaveFormat
from workbench.commands.wording import examples
from workbench.i18n import _

_EXAMPLES = """
  workbench convert last

  workbench convert work_dirs/my/20260101_120000/checkpoints/checkpoint-80 my_adapter

  workbench convert last my_llava --save-format huggingface
"""
_MERGE, _CHAT = "workbench merge auto {path} merged", "workbench chat {path}"
_NEXT = {"adapter": _MERGE, "model": _CHAT, "merged": _CHAT}
"""What a job calls its result → what to do with it."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "checkpoint", help=_("Turn a checkpoint into a Hugging Face adapter or model."), epilog=examples(_EXAMPLES)
    )(convert)


def convert(
    source: Annotated[
        str,
        typer.Argument(
            metavar="JOB_OR_CHECKPOINT", help=_("A checkpoint folder, or a job: its recommended checkpoint.")
        ),
    ],
    target: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help=_("The folder to write; else in the job's results."))
    ] = None,
    save_format: Annotated[SaveFormat, typer.Option(help=_("Layout of a LLaVA model."))] = SaveFormat.xtuner,
    base: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help=_("The language model, for one LLaVA model; else the noted one.")),
    ] = None,
    visual_encoder: Annotated[
        str | None, typer.Option(metavar="MODEL", help=_("The vision tower, for one LLaVA model; else the noted one."))
    ] = None,
    force: Annotated[bool, typer.Option("--force", help=_("Replace an existing folder."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))] = False,
) -> None:
    """Start the job and follow it."""
    from workbench.actions.convert import start_convert
    from workbench.commands.outcome import OF_SCORER, follow_to_result

    job = start_convert(
        source,
        target,
        project=Path.cwd(),
        overwrite=force,
        save_format=save_format.value,
        base=base,
        visual_encoder=visual_encoder,
    )
    parts_next = _MERGE if save_format is SaveFormat.xtuner else None  # the official layout is for another program
    follow_to_result(job, {**_NEXT, **OF_SCORER, "llava": parts_next}, as_json=as_json, goes_on=True)
