"""Rows for a file with typed columns, whose types are known only when the last row has come."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.i18n import _

Row = dict[str, Any]
_BATCH_ROWS = 1000


class ColumnsSpool:
    """Holds rows in a temporary file while it finds the types of their columns, then writes them batch by batch.

    Columns and fields that rows lack become nulls; whole and decimal numbers in one column become decimal ones.

    Args:
        out: what the rows are for, for messages.
        sink: makes, from a pyarrow schema, what takes the batches: ``write(batch)`` and ``close()``, as a context
            manager.
    """

    def __init__(self, out: Path, sink: Callable[[Any], Any]) -> None:
        self._out = out
        self._sink = sink
        self._held = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - close() closes it
        self._batch: list[Row] = []
        self._rows = 0
        self._schema: Any = None

    def write(self, row: Row) -> None:
        """Take a row.

        Raises:
            WorkbenchError: a column would have two types.
        """
        self._held.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._batch.append(row)
        if len(self._batch) == _BATCH_ROWS:
            self._look()

    def close(self) -> None:
        """Write the rows.

        Raises:
            WorkbenchError: the type of file cannot hold them.
        """
        import pyarrow

        self._look()
        try:
            with self._held, self._sink(self._schema) as sink:
                kind = pyarrow.struct(list(self._schema))
                for rows in self._batches():
                    sink.write(pyarrow.RecordBatch.from_struct_array(pyarrow.array(rows, kind)))
        except pyarrow.ArrowException as error:
            raise self._refused(str(self._out), error) from error

    def _batches(self) -> Iterator[list[Row]]:
        self._held.seek(0)
        while rows := [json.loads(line) for line in islice(self._held, _BATCH_ROWS)]:
            yield rows

    def _look(self) -> None:
        """Let the types of the columns take in the rows that came since the last look."""
        import pyarrow

        try:
            self._schema = _with_columns(self._schema, self._batch)
        except (pyarrow.ArrowException, OverflowError):
            self._look_row_by_row()
        self._rows += len(self._batch)
        self._batch = []

    def _look_row_by_row(self) -> None:
        """Find the row that does not fit and name it."""
        import pyarrow

        for number, row in enumerate(self._batch, start=self._rows + 1):
            for name, value in row.items():
                try:
                    self._schema = _with_columns(self._schema, [{name: value}])
                except (pyarrow.ArrowException, OverflowError) as error:
                    raise self._refused(f"{self._out}:{number}:{name}", error) from error

    def _refused(self, where: str, error: Exception) -> WorkbenchError:
        return WorkbenchError(
            _("A file with typed columns cannot hold this: {reason}").format(reason=str(error).splitlines()[0][:200]),
            where=where,
            fix=_("Write a .jsonl file instead."),
        )


def _with_columns(schema: Any, rows: list[Row]) -> Any:
    """The schema that holds the earlier rows and these."""
    import pyarrow

    kind = pyarrow.array(rows, pyarrow.struct([])).type if not rows else pyarrow.array(rows).type
    found = pyarrow.schema([kind.field(position) for position in range(kind.num_fields)])
    return pyarrow.unify_schemas([found if schema is None else schema, found], promote_options="permissive")
