"""``workbench download``: a model or dataset from a hub, as a job that goes on where it was."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.wording import examples
from workbench.i18n import _

_EXAMPLES = """
  workbench download internlm/internlm2-chat-1_8b

  workbench download internlm/internlm2-chat-1_8b --mirror hf-mirror --remember

  workbench download tatsu-lab/alpaca --dataset

  workbench download Shanghai_AI_Laboratory/internlm2-chat-1_8b --from modelscope --to models/internlm2
"""


class Hub(StrEnum):
    """Where models and datasets are kept."""

    huggingface = "huggingface"
    modelscope = "modelscope"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "download",
        help=_("Fetch a model or dataset from a hub; started again, it goes on where it was."),
        epilog=examples(_EXAMPLES),
    )(download)


def download(
    name: Annotated[str, typer.Argument(help=_("owner/name; of a dataset also owner/name@config:split."))],
    dataset: Annotated[bool, typer.Option("--dataset", help=_("It is a dataset."))] = False,
    hub: Annotated[Hub, typer.Option("--from", help=_("The hub to fetch from."))] = Hub.huggingface,
    mirror: Annotated[
        str | None,
        typer.Option(
            help=_("hf-mirror, a URL, or none for huggingface.co; else HF_ENDPOINT or what you chose before.")
        ),
    ] = None,
    remember: Annotated[
        bool, typer.Option("--remember", help=_("Take this mirror from now on, in the app too."))
    ] = False,
    send_token: Annotated[
        bool,
        typer.Option("--send-token", help=_("Send your login to the mirror too; only the hub itself gets it else.")),
    ] = False,
    revision: Annotated[str | None, typer.Option(help=_("Branch, tag or commit."))] = None,
    include: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help=_("Fetch only files like this; repeatable."))
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help=_("Leave out files like this; repeatable."))
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help=_("A folder of its own; else the cache, where every command looks.")),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help=_("Replace files of other content in that folder."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))] = False,
) -> None:
    """Start the job and follow it."""
    from workbench.actions.download import start_download
    from workbench.commands.outcome import follow_to_result
    from workbench.hub.mirrors import endpoint_of
    from workbench.preferences import keep_preferences

    if remember and mirror:
        keep_preferences(mirror=endpoint_of(mirror))
    job = start_download(
        name,
        project=Path.cwd(),
        dataset=dataset,
        hub=hub.value,
        mirror=mirror,
        revision=revision,
        include=include or (),
        exclude=exclude or (),
        to=to,
        send_token=send_token,
        overwrite=force,
    )
    follow_to_result(job, "dataset" if dataset else "model", as_json=as_json, goes_on=True)
