"""The Agent-FLAN collection as rows of ``messages``: ``conversation`` gets that name, and ``id`` is left out."""

from __future__ import annotations

import glob
from pathlib import Path

from workbench.data.transform.columns import Row
from workbench.data.transform.output import writing
from workbench.data.transform.rows import RowSource
from workbench.data.transform.totals import Totals, Written
from workbench.errors import WorkbenchError
from workbench.i18n import _

_FORMAT = "agent_flan"


def agentflan_source(folder: Path, *, skip_bad: bool = False) -> RowSource:
    """All ``.jsonl`` files of a folder and the folders in it.

    Raises:
        WorkbenchError: there is no such folder, or no such file in it.
    """
    if not folder.is_dir():
        raise WorkbenchError(_("There is no such folder."), where=str(folder))
    return RowSource(f"{glob.escape(str(folder))}/**/*.jsonl", _FORMAT, skip_bad=skip_bad)


def converted_folder(folder: Path) -> Path:
    """Where the rows go if nobody says otherwise."""
    return folder.with_name(f"{folder.resolve().name}_converted")


def convert_agentflan(source: RowSource, out: Path, *, force: bool = False) -> Written:
    """Write the rows of all files in order of the files' names.

    Raises:
        WorkbenchError: a row is bad, or the output cannot be written.
    """
    totals = Totals()
    with writing(out, force=force, sources=source.files) as writer:
        for placed in source.rows():
            writer.write(_messages(placed.row))
            totals.read += 1
            totals.written += 1
        totals.take_bad(source.bad)
        totals.require_written(source.data_path)
    return Written(totals, {"out": out}, facts={"files": [str(file) for file in source.files]})


def _messages(row: Row) -> Row:
    """The row with its columns in order, under the new names."""
    return {("messages" if name == "conversation" else name): value for name, value in row.items() if name != "id"}
