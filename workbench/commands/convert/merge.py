"""``workbench convert merge``: merging with the arguments and the number format that XTuner's users know."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.merge import Dtype, OneModel, OneModelFormat, VisualEncoder
from workbench.commands.wording import examples
from workbench.i18n import _

_EXAMPLES = """
  workbench convert merge internlm/internlm2-chat-1_8b my_adapter merged

  workbench convert merge openai/clip-vit-large-patch14-336 visual_encoder_adapter merged_clip --is-clip
"""


class Device(StrEnum):
    """Where products are computed."""

    cpu = "cpu"
    cuda = "cuda"
    auto = "auto"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "merge", help=_("Merge an adapter into its base, with XTuner's arguments."), epilog=examples(_EXAMPLES)
    )(merge)


def merge(
    base: Annotated[
        str, typer.Argument(metavar="LLM", help=_("The base model, or auto: the one the adapter was trained on."))
    ],
    adapter: Annotated[
        Path, typer.Argument(metavar="ADAPTER", help=_("Adapter folder, or the folder of a LLaVA training."))
    ],
    target: Annotated[Path, typer.Argument(metavar="SAVE_PATH", help=_("The folder to write."))],
    max_shard_size: Annotated[str, typer.Option(help=_("Size of one weight file."))] = "2GB",
    is_clip: Annotated[
        bool, typer.Option("--is-clip", help=_("The base is a CLIP; its vision tower is merged."))
    ] = False,
    device: Annotated[
        Device, typer.Option(help=_("Where products are computed; weights always pass through the CPU."))
    ] = Device.cpu,
    dtype: Annotated[
        Dtype | None,
        typer.Option(help=_("Number format of the result. Default: fp16, as XTuner; auto with --is-clip.")),
    ] = None,
    safe_serialization: Annotated[bool, typer.Option(help=_("Write safetensors; else .bin files."))] = True,
    visual_encoder: VisualEncoder = None,
    save_format: OneModelFormat = OneModel.huggingface,
    force: Annotated[bool, typer.Option("--force", help=_("Replace an existing folder."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))] = False,
) -> None:
    """Start the job and follow it."""
    from workbench.actions.merge import start_merge
    from workbench.commands.outcome import OF_SCORER, follow_to_result
    from workbench.sizes import parse_size

    job = start_merge(
        adapter,
        target,
        project=Path.cwd(),
        base=None if base == "auto" else base,
        dtype=(dtype or (Dtype.auto if is_clip else Dtype.fp16)).value,
        max_shard_bytes=parse_size(max_shard_size, "--max-shard-size"),
        safe=safe_serialization,
        is_clip=is_clip,
        device=device.value,
        overwrite=force,
        visual_encoder=visual_encoder,
        save_format=save_format.value,
    )
    follow_to_result(
        job, {"merged": "workbench chat {path}", **OF_SCORER, "folder": None}, as_json=as_json, goes_on=True
    )
