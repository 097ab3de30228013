"""``workbench export ollama``: the Modelfile of a model."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Annotated

import typer

from workbench.i18n import _

EXAMPLES = """
  workbench export ollama merged --gguf merged-f16.gguf

  workbench export ollama merged my_ollama --gguf merged-q8.gguf
"""


def ollama(
    folder: Annotated[str, typer.Argument(metavar="MODEL", help=_("The model folder."))],
    target: Annotated[
        Path | None, typer.Argument(metavar="DIR", help=_("The folder for the Modelfile; default: the current one."))
    ] = None,
    gguf: Annotated[
        Path | None, typer.Option("--gguf", help=_("The GGUF file; default: MODEL-f16.gguf in the current folder."))
    ] = None,
    prompt_template: Annotated[
        str | None,
        typer.Option(help=_("Prompt template to put in; default: that of the training, or the model's own.")),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help=_("Replace an existing Modelfile."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))] = False,
) -> None:
    """Write it and say how to go on."""
    from workbench.actions.export import export_ollama
    from workbench.checkpoints.export.modelfile import ollama_name

    path, notes = export_ollama(folder, target, gguf=gguf, template=prompt_template, overwrite=force)
    command = shlex.join(["ollama", "create", ollama_name(Path(folder).name), "-f", str(path)])
    if as_json:
        typer.echo(json.dumps({"modelfile": str(path), "line": command, "notes": notes}, ensure_ascii=False))
        return
    for note in notes:
        typer.echo(note, err=True)
    typer.echo(_("Result: {path}").format(path=path))
    typer.echo(_("Next:   {command}").format(command=command))
