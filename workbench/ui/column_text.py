"""Columns of the user's own: their names in the data, and the line of a config that says what they are. No Textual here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice

from workbench.data.read import ROWS_LOOKED_AT, raw_rows
from workbench.data.sources import Source
from workbench.errors import WorkbenchError
from workbench.i18n import N_

OUR_COLUMNS = {
    "instruction": N_("the question"),
    "input": N_("more of the question"),
    "output": N_("the answer"),
    "system": N_("the system text"),
    "history": N_("earlier exchanges"),
}
"""Those of the format alpaca, which has a place for each of what rows with columns hold, and what each is."""


def columns_of(source: Source) -> list[str]:
    """The names of the columns of the first rows of some data.

    Raises:
        WorkbenchError: it is not there, or cannot be read.
    """
    bad: list[WorkbenchError] = []
    names: dict[str, None] = {}
    for file in source.files()[:1]:
        for _number, row in islice(raw_rows(file.path, bad, choice=file.choice), ROWS_LOOKED_AT):
            names.update(dict.fromkeys(map(str, row)))
    return list(names)


def columns_yaml(columns: Mapping[str, str]) -> str:
    """The line of a config that names these columns; empty if there are none."""
    return f"dataset_columns: {json.dumps(dict(columns), ensure_ascii=False)}" if columns else ""
