"""``workbench upload``: a folder to a hub, after showing what goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.commands.download import Hub
from workbench.commands.wording import examples
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.hub.upload_plan import UploadPlan

_EXAMPLES = """
  workbench upload merged me/my-assistant

  workbench upload merged me/my-assistant --public --message "second try" --yes
"""
_FILES_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "upload",
        help=_("Put a model folder on a hub, with your own login; started again, it sends what is missing."),
        epilog=examples(_EXAMPLES),
    )(upload)


def upload(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("The folder to upload."))],
    repo: Annotated[str, typer.Argument(metavar="REPO", help=_("owner/name; made if it is not there."))],
    hub: Annotated[Hub, typer.Option("--to", help=_("The hub to upload to."))] = Hub.huggingface,
    private: Annotated[bool, typer.Option("--private/--public", help=_("Who may see it."))] = True,
    revision: Annotated[str | None, typer.Option(help=_("Branch."))] = None,
    message: Annotated[str | None, typer.Option(help=_("What this version is, in a line."))] = None,
    server: Annotated[
        str | None, typer.Option(metavar="URL", help=_("Another server than the hub; it gets your login."))
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))] = False,
) -> None:
    """Show what goes, ask, start the job and follow it."""
    from workbench.actions.upload import require_goal, start_upload
    from workbench.commands.outcome import follow_to_result
    from workbench.hub.upload_plan import plan_upload

    require_goal(repo, hub.value)
    for line in _plan_lines(plan_upload(folder.expanduser()), repo, private):
        typer.echo(line, err=as_json)
    if not yes:
        typer.confirm(_("Upload this?"), abort=True, err=as_json)
    job = start_upload(
        folder,
        repo,
        project=Path.cwd(),
        hub=hub.value,
        private=private,
        revision=revision,
        message=message,
        server=server,
    )
    follow_to_result(job, "uploaded", as_json=as_json, goes_on=True)


def _plan_lines(plan: UploadPlan, repo: str, private: bool) -> list[str]:
    """Every file with its size (the first ones of many), and where they go."""
    from workbench.sizes import in_words
    from workbench.text import printable

    files = [f"  {in_words(file.size):>10}  {printable(file.name)}" for file in plan.files[:_FILES_SHOWN]]
    more = len(plan.files) - _FILES_SHOWN
    form = (
        _("{count} files, {size} to {repo}, for you alone")
        if private
        else _("{count} files, {size} to {repo}, for everyone to see")
    )
    lines = [
        *files,
        *([_("  … and {count} more").format(count=more)] if more > 0 else []),
        form.format(count=len(plan.files), size=in_words(plan.total_bytes), repo=repo),
    ]
    return [*lines, *plan.notes()]
