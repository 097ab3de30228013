"""Starting the job of a sheet from the command line."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from workbench.actions.sheets import start_sheet
from workbench.commands.outcome import follow_to_result
from workbench.data.sheets.endpoint import find_endpoint, read_settings
from workbench.data.sheets.limits import Limits
from workbench.data.sheets.make import SheetRequest


def ask(
    asked: dict[str, Any], limits: Limits, endpoint: tuple[str | None, str | None, str | None], *, as_json: bool
) -> None:
    """Start the job and follow it to its end.

    Args:
        asked: fields of `SheetRequest`.
        limits: prices that are not among them come from the user's settings, if they are those of the model.
        endpoint: address, model and variable of the key, as far as they stand on the command line.
    """
    settings = read_settings()
    found = find_endpoint(*endpoint, settings=settings)
    priced = Limits(**settings.prices_of(found.model) | limits.model_dump(exclude_none=True))
    request = SheetRequest(**asked, url=found.url, model=found.model, limits=priced)
    job = start_sheet(request, found.key, project=Path.cwd())
    folder = f" --image-folder {_braced(request.image_folder)}" if request.image_folder else ""
    follow_to_result(job, "sheet", "workbench data check {path}" + folder, as_json=as_json)


def _braced(folder: Path) -> str:
    """A folder as a word of a command line that is yet to be formatted."""
    return shlex.quote(str(folder)).replace("{", "{{").replace("}", "}}")
