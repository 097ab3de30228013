"""``workbench export gguf``: a model as one GGUF file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.i18n import _

EXAMPLES = """
  workbench export gguf merged

  workbench export gguf merged merged-q8.gguf --type q8_0
"""


class NumberType(StrEnum):
    """Number format of the file."""

    f16 = "f16"
    bf16 = "bf16"
    f32 = "f32"
    q8_0 = "q8_0"
    q4_k_m = "q4_k_m"


def gguf(
    folder: Annotated[str, typer.Argument(metavar="DIR", help=_("The model folder; an adapter is merged before."))],
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help=_("The file to write."))] = None,
    kind: Annotated[
        NumberType, typer.Option("--type", help=_("Number format; q4_k_m needs llama-quantize of llama.cpp."))
    ] = NumberType.f16,
    prompt_template: Annotated[
        str | None,
        typer.Option(help=_("Prompt template to put in; default: that of the training, or the model's own.")),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help=_("Replace an existing GGUF file."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))] = False,
) -> None:
    """Start the job and follow it."""
    import shlex

    from workbench.actions.export import start_gguf
    from workbench.commands.outcome import follow_to_result

    job = start_gguf(folder, file, project=Path.cwd(), kind=kind.value, template=prompt_template, overwrite=force)
    follow_to_result(job, "gguf", f"workbench export ollama {shlex.quote(folder)} --gguf {{path}}", as_json=as_json)
