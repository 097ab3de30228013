"""``workbench chats``: the project's conversations, to list, to search, to read, and to write out."""

from __future__ import annotations

import time
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.commands.wording import examples
from workbench.errors import WorkbenchError, nearest
from workbench.i18n import N_, _

if TYPE_CHECKING:
    from workbench.chat.conversations import SavedConversation

_EXAMPLES = """
  workbench chats

  workbench chats --find "tool learning" --json

  workbench chats 20260921_153000_250

  workbench chats 20260921_153000_250 --export talk.md

  workbench chats --import talk.json
"""
_COLUMNS = (N_("conversation"), N_("model"), N_("messages"), N_("first question"))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("chats", help=_("List, search, print or export conversations."), epilog=examples(_EXAMPLES))(chats)


def chats(
    name: Annotated[str | None, typer.Argument(help=_("Print this conversation; all are listed without."))] = None,
    find: Annotated[str, typer.Option(help=_("Only those in which these words stand."))] = "",
    export: Annotated[
        Path | None, typer.Option(help=_("Write the conversation into this file, .md or .json, instead."))
    ] = None,
    taken: Annotated[
        Path | None,
        typer.Option("--import", help=_("Take in the conversations of a JSON file: messages with role and content.")),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Print the list, newest first, or one conversation with those beside it; or take some in, and print their list.

    Raises:
        WorkbenchError: there is no conversation of this name, names in it are still hidden, or a file cannot be written,
            or holds none.
    """
    from workbench.chat.conversations import said_of_damaged, saved_and_damaged, side_by_side
    from workbench.chat.export import export_conversations, json_of, markdown_of
    from workbench.text import printable

    if taken is not None:
        if name is not None or export is not None:
            said = _("Conversations are taken in by themselves: leave the name and --export out.")
            raise WorkbenchError(said, where="--import")
        from workbench.chat.importing import import_conversations

        _list({Path(one.file_name).stem: one for one in import_conversations(Path.cwd(), taken)}, "", as_json=as_json)
        return
    found, damaged = saved_and_damaged(Path.cwd())
    if damaged:
        typer.echo(printable(said_of_damaged(damaged)), err=True)
    saved = {path.stem: one for path, one in found if one.says(find)}
    if name is None:
        if export is not None:
            raise WorkbenchError(_("Which conversation?"), where="--export", fix=_("Name it: workbench chats NAME."))
        _list(saved, find, as_json=as_json)
        return
    name = name.removesuffix(".json")
    if name in (unreadable := {path.stem: path for path in damaged}):
        mend = _("Mend it if you know how: it is JSON. Nothing is lost of what can be read in it.")
        raise WorkbenchError(_("The file cannot be read as a conversation."), where=str(unreadable[name]), fix=mend)
    if name not in saved:
        near = nearest(name, saved) or list(saved)[:3]
        fix = _("Nearest: {names}").format(names=", ".join(near)) if near else None
        raise WorkbenchError(_("There is no conversation of this name."), where=name, fix=fix)
    columns = side_by_side(saved[name], [one for _path, one in found])
    asked = range(sum(turn.role == "user" for turn in columns[0].turns))
    if (compared := columns[0].compared) and compared.blind.hidden.intersection(asked) and len(columns) > 1:
        fix = _("Open it in Chat (ctrl+o) and vote, or show the names without a vote (f12).")
        raise WorkbenchError(_("The names of who answers are hidden until you vote."), where=name, fix=fix)
    if export is not None:
        export_conversations(columns, export)
        typer.echo(printable(str(export)))
    else:
        typer.echo(json_of(columns) if as_json else printable(markdown_of(columns)), nl=False)


def _end(model: str) -> str:
    """The last parts of a path, which tell it from others."""
    path = PurePath(model)
    return str(PurePath(*path.parts[-2:])) if path.is_absolute() else model


def _model(conversation: SavedConversation) -> str:
    """The model, and what is put on it."""
    added = conversation.llava or conversation.adapter
    return " + ".join(map(_end, filter(None, (conversation.model, added))))


def _list(saved: dict[str, SavedConversation], found_by: str, *, as_json: bool) -> None:
    from workbench.commands.columns import aligned, terminal_width
    from workbench.text import json_text, printable

    if as_json:
        rows = [
            {
                "name": name,
                "started": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(one.started)),
                "model": one.model,
                "adapter": one.adapter,
                "llava": one.llava,
                "messages": len(one.turns),
                "first_question": one.title,
            }
            for name, one in saved.items()
        ]
        typer.echo(json_text(rows, indent=1))
    elif not saved:
        typer.echo(_("No conversation has these words.") if found_by else _("There are no conversations here."))
    else:
        cells = [(name, _model(one), str(len(one.turns)), one.title) for name, one in saved.items()]
        for line in aligned([tuple(_(column) for column in _COLUMNS), *cells], width=terminal_width()):
            typer.echo(printable(line))
