"""``workbench data sheet prompt``: what to paste into a chat service together with a picture."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.data.sheet.options import Lang
from workbench.i18n import _

EXAMPLES = """
  workbench data sheet prompt photos/cat.jpg

  workbench data sheet prompt photos --pairs 8 --lang en
"""
_SHOWN = 5
_SHEET = Path("llava.json")


def prompt(
    images: Annotated[Path, typer.Argument(help=_("A picture, or a folder of pictures."))],
    pairs: Annotated[int, typer.Option(help=_("Questions and answers to ask for."), min=1, max=100)] = 5,
    lang: Annotated[Lang, typer.Option(help=_("The language of questions and answers."))] = Lang.zh,
) -> None:
    """Print the prompt; what to do with it goes to standard error."""
    from workbench.data.sheets.pictures import folder_of, is_found_from, pictures_in
    from workbench.data.sheets.prompts import picture_prompt
    from workbench.text import printable

    pictures = pictures_in(images)
    folder = folder_of(images)
    single = pictures[0].relative_to(folder).as_posix() if len(pictures) == 1 else ""
    typer.echo(printable(picture_prompt(pairs, lang.value, single)))
    note = _("Paste this together with each picture ({count}), save each answer, and take it back:")
    typer.echo("\n" + note.format(count=len(pictures)), err=True)
    for picture in pictures[:_SHOWN]:
        is_found = picture.parent == folder or is_found_from(_SHEET, folder)
        place = "" if is_found else f" --image-folder {shlex.quote(str(folder))}"
        line = f"  workbench data sheet import answer.txt --image {shlex.quote(str(picture))}{place} --out {_SHEET}"
        typer.echo(printable(line), err=True)
    if len(pictures) > _SHOWN:
        typer.echo("  …", err=True)
