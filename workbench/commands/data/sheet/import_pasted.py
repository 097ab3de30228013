"""``workbench data sheet import``: the answer of a chat service becomes rows of a sheet."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.commands.data.sheet.options import Out
from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _
from workbench.text import printable

if TYPE_CHECKING:
    from workbench.data.sheets.pasted import PastedResult
    from workbench.data.sheets.sheet_file import Appended

EXAMPLES = """
  workbench data sheet import answer.txt --image photos/cat.jpg --out llava.json

  workbench data sheet import - --image photos/pets/cat.jpg --image-folder photos --out llava.json --skip-bad
"""
_STDIN = "-"


def import_pasted(
    pasted: Annotated[str, typer.Argument(help=_("The file with the pasted answer, or - for standard input."))],
    image: Annotated[Path, typer.Option(help=_("The picture that the answer is about."))],
    out: Out,
    image_folder: Annotated[
        Path | None,
        typer.Option(help=_("What the picture's path in the rows counts from; else the output's folder or its own.")),
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help=_("Write the sound rows although others have faults."))
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))] = False,
) -> None:
    """Write the rows if all is sound; otherwise name every fault by its line and exit with 1."""
    from workbench.data.sheets.pasted import parse_pasted
    from workbench.data.sheets.sheet_file import Appended, append_rows, check_sheet

    folder = _folder_of_names(image, image_folder, out)
    check_sheet(out, folder)
    name = _name_in_rows(image, folder)
    source = _("standard input") if pasted == _STDIN else pasted
    result = parse_pasted(_text(pasted), name)
    is_written = bool(result.rows) and (skip_bad or not result.complaints)
    appended = append_rows(out, result.rows) if is_written else Appended(0, 0, 0)
    if as_json:
        typer.echo(json.dumps(_as_json(result, appended, out) | {"image_folder": str(folder)}, ensure_ascii=False))
    else:
        _print(result, appended, source, out, is_written=is_written)
    if is_written and not as_json and folder.resolve() != out.parent.resolve():
        command = f"workbench data check {shlex.quote(str(out))} --image-folder {shlex.quote(str(folder))}"
        typer.echo(printable(_("Next:   {command}").format(command=command)))
    raise typer.Exit(0 if is_written else 1)


def _folder_of_names(image: Path, image_folder: Path | None, out: Path) -> Path:
    """What the picture's path counts from: the named folder, or the output's if the picture is below it."""
    from workbench.data.sheets.pictures import base_of_names, require_picture

    require_picture(image)
    return image_folder or base_of_names(out, image.parent)


def _name_in_rows(image: Path, folder: Path) -> str:
    try:
        return image.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError as error:
        raise WorkbenchError(
            _("The picture is not in the image folder."),
            where=str(image),
            fix=_("Name the folder that the config will name as its image folder."),
        ) from error


def _text(pasted: str) -> str:
    try:
        data = sys.stdin.buffer.read() if pasted == _STDIN else Path(pasted).expanduser().read_bytes()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WorkbenchError(
            _("The file is not UTF-8 text."),
            where=pasted,
            fix=_("Save it as UTF-8, for example with 'iconv -f GB18030 -t UTF-8'."),
        ) from error
    except OSError as error:
        raise WorkbenchError(
            _("The file cannot be read: {reason}").format(reason=system_reason(error)), where=pasted
        ) from error


def _as_json(result: PastedResult, appended: Appended, out: Path) -> dict[str, object]:
    return {
        "sheet": str(out),
        **vars(appended),
        "sound": len(result.rows),
        "complaints": [vars(complaint) for complaint in result.complaints],
        "mended": dict(result.mended),
    }


def _print(result: PastedResult, appended: Appended, source: str, out: Path, *, is_written: bool) -> None:
    for complaint in result.complaints:
        text = f"{source}:{complaint.line}: {complaint.what}\n  → {complaint.fix}"
        typer.echo(printable(text), err=True)
    for sentence, count in result.mended.items():
        typer.echo(f"{sentence} [{count}]")
    if is_written:
        said = _("{path}: rows added: {added}, there already: {known}, in all: {total}; faults left out: {bad}.")
        typer.echo(printable(said.format(path=out, **vars(appended), bad=len(result.complaints))))
        return
    said = _("Nothing was written. Sound rows: {sound}, faults: {bad}.")
    typer.echo(said.format(sound=len(result.rows), bad=len(result.complaints)), err=True)
    if result.rows:
        typer.echo(_("Mend the lines named above, or write the sound rows only: --skip-bad."), err=True)
