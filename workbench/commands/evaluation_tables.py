"""The shares of groups of questions that an evaluation found, as lines of plain text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from workbench.commands.columns import aligned
from workbench.text import printable


def tables_of(made: Mapping[str, object]) -> Iterator[str]:
    """The lines of all tables.

    Args:
        made: the results of an evaluation job.
    """
    from workbench.evaluation.tables import table_rows

    if "tables" in made:
        for rows in table_rows(Path(str(made["tables"]))):
            yield ""
            yield from aligned([tuple(printable(cell) for cell in row) for row in rows])
        yield ""
