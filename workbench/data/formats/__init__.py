"""Dataset formats: what each makes of its rows, and how one is recognised. Light: no torch, no datasets library."""

from workbench.data.formats.choice import FormatChoice, choose_format
from workbench.data.formats.recognise import recognise
from workbench.data.formats.row import DatasetFormat, Row, RowError
from workbench.data.formats.table import FORMAT_NAMES, FORMATS, get_format

__all__ = [
    "FORMATS",
    "FORMAT_NAMES",
    "DatasetFormat",
    "FormatChoice",
    "Row",
    "RowError",
    "choose_format",
    "get_format",
    "recognise",
]
