"""What of the data is not used: columns that a format does not read, files that nothing reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from workbench.data.checks.bad_rows import BadRows
from workbench.data.checks.finding import Finding
from workbench.data.files import readable_endings
from workbench.data.formats import DatasetFormat
from workbench.data.read import ROWS_LOOKED_AT, raw_rows
from workbench.data.shown_names import shown_name
from workbench.data.sources import SourceFile
from workbench.data.unread_files import set_aside_files, unread_files
from workbench.data.wording import listed
from workbench.i18n import _
from workbench.text import printable

_NAMED = 10


class UnusedColumns:
    """Columns of the first rows of each file that its format does not read."""

    def __init__(self) -> None:
        self._found = Finding("note", _("files with columns that are not used"), _("Nothing, if that is meant."))

    def look(self, file: SourceFile, name: str, known: DatasetFormat) -> None:
        used = _used(file, known)
        if not used:
            return
        rows = islice(raw_rows(file.path, BadRows(None, "note"), choice=file.choice), ROWS_LOOKED_AT)
        columns = dict.fromkeys(str(column) for _number, row in rows for column in row)
        unused = [printable(column).replace("\n", " ") for column in columns if column.casefold() not in used]
        if unused:
            more = ["…"] if len(unused) > _NAMED else []
            self._found.add(name, listed(unused[:_NAMED] + more))

    def findings(self) -> list[Finding]:
        return [self._found]


def _used(file: SourceFile, known: DatasetFormat) -> set[str]:
    """Empty if that is not known, as of a function of the user's own."""
    sources = [part for path in file.choice.columns.values() for part in (path, path.split(".")[0])]
    return {column.casefold() for column in sources or known.all_columns}


def unread(paths: Sequence[str]) -> list[Finding]:
    """The files of the folders named that are not read: those that cannot be, and those that are no rows."""
    return [_unreadable(paths), _set_aside(paths)]


def _unreadable(paths: Sequence[str]) -> Finding:
    """Files of other kinds, with their endings."""
    files = [(path, file) for path in paths for file in unread_files(path)]
    endings = Counter(file.suffix.lower() for _path, file in files)
    kinds = listed([f"{printable(ending)} ({count})" for ending, count in endings.most_common(_NAMED)])
    finding = Finding("note", _("files that are not read: {kinds}").format(kinds=kinds), readable_endings())
    return _with_places(finding, files, several=len(paths) > 1)


def _set_aside(paths: Sequence[str]) -> Finding:
    files = [(path, file) for path in paths for file in set_aside_files(path)]
    finding = Finding(
        "note",
        _("texts about the folder, such as a README, that are not read"),
        _("Nothing, if that is meant; to train on one, name the file itself, or call it otherwise."),
    )
    return _with_places(finding, files, several=len(paths) > 1)


def _with_places(finding: Finding, files: Sequence[tuple[str, Path]], *, several: bool) -> Finding:
    for path, file in files:
        finding.add(shown_name(file, path, among_others=several))
    return finding
