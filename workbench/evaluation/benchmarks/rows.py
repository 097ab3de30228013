"""Reading the rows of a benchmark: all that are wrong are told before anything is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from workbench.data.formats.row import RowError
from workbench.data.read import raw_rows
from workbench.data.readers.problems import empty_file, place
from workbench.errors import WorkbenchError
from workbench.i18n import _

Asked = TypeVar("Asked")
_TOLD = 5


def read_rows(path: Path, row_of: Callable[[int, dict[str, Any]], Asked]) -> list[Asked]:
    """What ``row_of`` makes of each row, given its number.

    Args:
        row_of: raises `RowError` or `WorkbenchError` for a row that cannot be asked.

    Raises:
        WorkbenchError: the file cannot be read, has no rows, or some cannot be asked (names file:row:field).
    """
    bad: list[WorkbenchError] = []
    rows: list[Asked] = []
    if not path.is_file():
        raise WorkbenchError(_("There is no such file."), where=str(path))
    for number, row in raw_rows(path, bad):
        try:
            rows.append(row_of(number, row))
        except RowError as error:
            bad.append(WorkbenchError(error.what, where=place(path, number, error.field)))
        except WorkbenchError as error:
            bad.append(error)
    if bad:
        raise bad[0] if len(bad) == 1 else _several(path, bad)
    if not rows:
        raise empty_file(path)
    return rows


def _several(path: Path, bad: list[WorkbenchError]) -> WorkbenchError:
    told = [f"  {error.where}: {error.what}" for error in bad[:_TOLD]]
    what = _("{count} rows cannot be asked:").format(count=len(bad))
    return WorkbenchError("\n".join([what, *told]), where=place(path), fix=bad[0].fix)
