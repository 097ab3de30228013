"""``workbench checkpoints remove``, ``restore`` and ``empty``: deleting with a way back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.i18n import _
from workbench.text import printable

AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))]
Yes = Annotated[bool, typer.Option("--yes", help=_("Do not ask."))]


def remove(
    path: Annotated[Path, typer.Argument(help=_("Weights, or a training's folder."))],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Say what is lost, ask, and move it aside."""
    from workbench.actions.weights import losses_by_removal, remove_weights
    from workbench.sizes import in_words

    place = path.expanduser().absolute()
    for loss in losses_by_removal(place, Path.cwd()):
        typer.echo(printable(loss), err=True)
    if not yes:
        typer.confirm(printable(_("Delete {path}?").format(path=path)), abort=True, err=as_json)
    item = remove_weights(place, project=Path.cwd(), kept_after_exit=True)
    if as_json:
        typer.echo(item.model_dump_json())
        return
    typer.echo(printable(_("Moved to {path}.").format(path=item.place)))
    typer.echo(_("'workbench checkpoints restore' brings it back."))
    typer.echo(_("'workbench checkpoints empty' frees its {size}.").format(size=in_words(item.bytes)))


def restore(
    path: Annotated[Path | None, typer.Argument(help=_("Where it was."))] = None, as_json: AsJson = False
) -> None:
    """Put it back."""
    from workbench.errors import WorkbenchError
    from workbench.weights.trash import restore as put_back
    from workbench.weights.trash import trashed

    place = path.expanduser().absolute() if path is not None else None
    fitting = [item for item in trashed(Path.cwd()) if place is None or item.origin == place]
    if not fitting:
        raise WorkbenchError(_("Nothing of this was deleted here."), where=str(path) if path else None)
    put_back(fitting[-1])
    said = _("It is back: {path}").format(path=fitting[-1].origin)
    typer.echo(fitting[-1].model_dump_json() if as_json else printable(said))


def empty(yes: Yes = False, as_json: AsJson = False) -> None:
    """Ask, then remove it; what an app that is open deleted is left to that."""
    from workbench.sizes import in_words
    from workbench.weights.trash import empty as remove_for_good
    from workbench.weights.trash import trashed

    items = [item for item in trashed(Path.cwd()) if item.owner is None or item.is_left_over]
    size = sum(item.bytes for item in items)
    for item in items:
        typer.echo(printable(f"{in_words(item.bytes):>10}  {item.origin}"), err=as_json)
    if items and not yes:
        typer.confirm(_("Remove {size} for good?").format(size=in_words(size)), abort=True, err=as_json)
    remove_for_good(items)
    if as_json:
        typer.echo(json.dumps({"removed": [str(item.origin) for item in items], "bytes": size}, ensure_ascii=False))
    elif not items:
        typer.echo(_("Nothing deleted is kept in this project."))
