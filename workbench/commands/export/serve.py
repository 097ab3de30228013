"""``workbench export serve``: the command lines of serving engines."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.i18n import _

EXAMPLES = """
  workbench export serve merged

  workbench export serve base_model --adapter my_adapter --engine vllm
"""


class Engine(StrEnum):
    """A program that serves models."""

    vllm = "vllm"
    lmdeploy = "lmdeploy"
    sglang = "sglang"
    llama_cpp = "llama.cpp"
    ollama = "ollama"


def serve(
    folder: Annotated[str, typer.Argument(metavar="MODEL", help=_("The model folder."))],
    engine: Annotated[Engine, typer.Option(help=_("The program that serves it."))] = Engine.vllm,
    adapter: Annotated[
        list[Path] | None, typer.Option(metavar="DIR", help=_("An adapter to serve beside it; may be repeated."))
    ] = None,
    prompt_template: Annotated[
        str | None, typer.Option(help=_("Prompt template to use; default: that of the training, or the model's own."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))] = False,
) -> None:
    """Print the lines; notes go to standard error."""
    from workbench.actions.export import export_serve

    launch = export_serve(
        folder, engine=engine.value, adapters=adapter or [], project=Path.cwd(), template=prompt_template
    )
    if as_json:
        shown = {"lines": launch.lines, "files": list(launch.files), "notes": launch.notes}
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return
    for line in launch.lines:
        typer.echo(line)
    for name in launch.files:
        typer.echo(_("Written: {path}").format(path=name), err=True)
    for note in launch.notes:
        typer.echo(note, err=True)
