"""``workbench convert pth_to_hf``: a checkpoint of XTuner becomes what Hugging Face's libraries load."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.wording import examples
from workbench.i18n import _

_EXAMPLES = """
  workbench convert pth_to_hf internlm2_chat_1_8b_qlora_alpaca_e3.py iter_1000.pth my_adapter

  workbench convert pth_to_hf work_dirs/llava/iter_2181.pth llava_hf --base models/internlm2-chat-1_8b
"""


class SaveFormat(StrEnum):
    """How the parts of a LLaVA model are laid out."""

    xtuner = "xtuner"
    official = "official"
    huggingface = "huggingface"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "pth_to_hf",
        help=_(
            "Turn a .pth file or DeepSpeed folder of XTuner into Hugging Face folders. Nothing in the file is run. "
            "Without CONFIG the checkpoint itself tells what was trained."
        ),
        short_help=_("Turn a checkpoint of XTuner into Hugging Face folders."),
        epilog=examples(_EXAMPLES),
    )(pth_to_hf)


def pth_to_hf(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="[CONFIG] PTH DIR",
            help=_("The config it was trained with (path or name), the checkpoint, and the folder to write."),
        ),
    ],
    base: Annotated[str | None, typer.Option(metavar="MODEL", help=_("The language model it was trained on."))] = None,
    visual_encoder: Annotated[
        str | None, typer.Option(metavar="MODEL", help=_("The vision tower it was trained on."))
    ] = None,
    lora_alpha: Annotated[
        int | None, typer.Option(min=1, help=_("Scale of the adapter, where no config tells it."))
    ] = None,
    cfg_options: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE ...", help=_("Change settings of the config, for example model.llm_lora.r=32.")
        ),
    ] = None,
    fp32: Annotated[bool, typer.Option("--fp32", help=_("Keep 32 bits; else the language model gets 16."))] = False,
    max_shard_size: Annotated[str, typer.Option(help=_("Size of one weight file."))] = "2GB",
    safe_serialization: Annotated[bool, typer.Option(help=_("Write safetensors; else .bin files."))] = True,
    save_format: Annotated[SaveFormat, typer.Option(help=_("Layout of a LLaVA model."))] = SaveFormat.xtuner,
    force: Annotated[bool, typer.Option("--force", help=_("Replace an existing folder."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))] = False,
) -> None:
    """Start the job and follow it."""
    from workbench.actions.pth_to_hf import start_pth_to_hf
    from workbench.checkpoints.pth.request import PthRequest
    from workbench.commands.outcome import follow_to_result
    from workbench.sizes import parse_size

    # XTuner's flag takes several settings, which arrive here among the names
    settings = [name for name in names if cfg_options and "=" in name and not Path(name).exists()]
    names = [name for name in names if name not in settings]
    if len(names) not in {2, 3}:
        raise typer.BadParameter(_("Name a checkpoint and the folder to write, and before them the config if any."))
    request = PthRequest(
        config=names[0] if len(names) == 3 else None,
        pth=Path(names[-2]),
        target=Path(names[-1]),
        base=base,
        visual_encoder=visual_encoder,
        lora_alpha=lora_alpha,
        cfg_options=[*(cfg_options or []), *settings],
        fp32=fp32,
        max_shard_bytes=parse_size(max_shard_size, "--max-shard-size"),
        safe=safe_serialization,
        save_format=save_format.value,
        overwrite=force,
    )
    follow_to_result(start_pth_to_hf(request, project=Path.cwd()), "folder", as_json=as_json, goes_on=True)
