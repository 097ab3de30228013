"""The options of commands that ask a model: which one, and how it is loaded."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from workbench.errors import WorkbenchError
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.chat.protocol import Load


class FewBits(StrEnum):
    """In how many bits weights can be held."""

    four = "4"
    eight = "8"


class Precision(StrEnum):
    """Number format of the loaded weights."""

    auto = "auto"
    bf16 = "bf16"
    fp16 = "fp16"
    fp32 = "fp32"


Model = Annotated[str, typer.Argument(help=_("Model folder, training job, Hugging Face name, or sample:model."))]
Adapter = Annotated[str | None, typer.Option(help=_("Adapter folder."))]
Llava = Annotated[str | None, typer.Option(help=_("LLaVA folder for the model: projector, and what else was trained."))]
VisualEncoder = Annotated[
    str | None, typer.Option(help=_("Vision tower of the LLaVA folder; empty takes the one it was trained with."))
]
VisualSelectLayer = Annotated[int | None, typer.Option(help=_("The tower's layer whose features are taken."))]
PromptTemplate = Annotated[
    str | None, typer.Option(help=_("Dialogue format; empty takes the one the weights were trained with."))
]
System = Annotated[str, typer.Option(help=_("System text."))]
Bits = Annotated[FewBits | None, typer.Option(help=_("Load the weights in so many bits."))]
TorchDtype = Annotated[Precision, typer.Option(help=_("Number format of the weights."))]
Compile = Annotated[
    bool,
    typer.Option(
        "--compile",
        help=_(
            "Compile the model's steps: a minute or more at the first start, some seconds later; a small model then "
            "answers faster."
        ),
    ),
]
TrustRemoteCode = Annotated[
    bool, typer.Option(help=_("Run Python code that comes with the model; only for models you trust."))
]
ImageFolder = Annotated[
    str | None, typer.Option(help=_("Where the pictures lie; empty means beside the file that names them."))
]
StopWords = Annotated[list[str] | None, typer.Option(help=_("Text that ends an answer; repeatable."))]
MaxNewTokens = Annotated[int, typer.Option(help=_("Longest answer, in tokens."), min=1, max=131_072)]
WorkDir = Annotated[Path | None, typer.Option(help=_("Where runs are kept; else work_dirs/<file name>."))]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))]


def refuse_for_service(load: Load, ignored: set[str]) -> None:
    """
    Args:
        ignored: settings that the user did not give.

    Raises:
        WorkbenchError: something is said of the weights of a chat service, which are not ours.
    """
    given = load.model_dump(exclude_defaults=True, exclude={"id", "model", *ignored})
    options = [f"--{name.replace('_', '-')}" for name in given]
    if options:
        raise WorkbenchError(
            _("A chat service has its own weights, and answers with them as they are."),
            where=" ".join("--torch-dtype" if option == "--precision" else option for option in options),
            fix=_("Leave it out, or chat with a model of your own."),
        )


def bits_of(chosen: FewBits | None) -> Literal[4, 8] | None:
    """The number; None is as the weights are stored."""
    return None if chosen is None else 4 if chosen == FewBits.four else 8
