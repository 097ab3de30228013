"""Rows through a Python function of the user's own, which is only ever run when its name was given."""

from __future__ import annotations

import copy
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from workbench.data.conversation import Sample
from workbench.data.formats.recognise import LOOKED_AT, recognise
from workbench.data.formats.row import DatasetFormat, Row, RowError
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.paths import resolve_model
from workbench.text import printable

_REASON_CHARACTERS = 300


def names_function(name: str) -> bool:
    """Whether a format's name is ``path/to/file.py:function``."""
    return ".py:" in name


@dataclass(frozen=True)
class _OwnFunction:
    """A function that makes a row of a known format of every row. Sent to another process, it is loaded there."""

    file: Path
    name: str

    @cached_property
    def call(self) -> Callable[[Row], Any]:
        """The function itself.

        Raises:
            WorkbenchError: it cannot be loaded.
        """
        return _loaded(self.file, self.name)

    def __reduce__(self) -> tuple[type[_OwnFunction], tuple[Path, str]]:
        return _OwnFunction, (self.file, self.name)

    def __call__(self, row: Row) -> Row:
        """The function's row; it may change what it is given.

        Raises:
            RowError: the function failed, at the line named, or returned something else.
        """
        call = self.call
        try:
            returned = call(copy.deepcopy(dict(row)))
        except (Exception, SystemExit) as error:  # whatever code of the user raises belongs to its row
            raise RowError(self.place, self._failure(error)) from error
        if isinstance(returned, dict):
            return returned
        raise RowError(self.place, _("the function must return a row, not {kind}").format(kind=type(returned).__name__))

    @property
    def place(self) -> str:
        return f"{self.file.name}:{self.name}"

    def _failure(self, error: BaseException) -> str:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if _is_at(frame, self.file)]
        return _("line {line} of {file} failed: {reason}").format(
            line=lines[-1] if lines else "?", file=self.file.name, reason=_said(error)
        )


@dataclass(frozen=True)
class _Through:
    """Reads what the function returns."""

    function: _OwnFunction
    inner: DatasetFormat

    def __call__(self, row: Row) -> Sample:
        returned = self.function(row)
        try:
            return self.inner.convert(returned)
        except RowError as error:
            raise RowError(f"{self.function.place}:{error.field}", error.what) from error


def own_format(name: str, rows: Sequence[Row]) -> tuple[DatasetFormat, str]:
    """The format of rows that go through a function named ``path/to/file.py:function``, and the reason.

    Raises:
        WorkbenchError: the function cannot be loaded, fails for all of the first rows, or returns rows of no format.
    """
    path, _colon, function_name = name.rpartition(":")
    function = _OwnFunction(Path(resolve_model(path)).absolute(), function_name)
    inner = _format_of_returned(function, rows)
    known = DatasetFormat(
        name,
        frozenset(),
        _Through(function, inner),
        N_("rows through a function of your own"),
        inner.example,
        recognised=False,
    )
    return known, _("{function} returns rows of the format {name}").format(function=function.place, name=inner.name)


def _format_of_returned(function: _OwnFunction, rows: Sequence[Row]) -> DatasetFormat:
    returned: list[Row] = []
    failure: RowError | None = None
    for row in rows[:LOOKED_AT]:
        try:
            returned.append(function(row))
        except RowError as error:
            failure = failure or error
    found = recognise(returned)
    if found:
        return found[0]
    if failure and not returned:
        raise WorkbenchError(
            _("The function fails for all of the first rows: {reason}.").format(reason=failure.what),
            where=failure.field,
            fix=_("Mend the function; it gets one row and returns a row of a known format."),
        )
    columns = listed([str(column) for column in returned[0]]) if returned else ""
    raise WorkbenchError(
        _("The function returns rows of no known format; their columns: {columns}.").format(
            columns=columns or _("none")
        ),
        where=function.place,
        fix=_("'workbench data list-formats' shows an example of each."),
    )


def _loaded(file: Path, name: str) -> Callable[[Row], Any]:
    if not file.is_file():
        raise WorkbenchError(_("The Python file does not exist."), where=str(file), fix=_("Check dataset_format."))
    module = _module(file)
    function: Any = getattr(module, name, None)
    if callable(function):
        return cast("Callable[[Row], Any]", function)
    known = [one for one, value in vars(module).items() if inspect.isfunction(value) and _is_at_home(value, module)]
    raise WorkbenchError(
        _("There is no function {name} in the Python file.").format(name=name or "''"),
        where=str(file),
        fix=_("It has {names}.").format(names=listed(known) or _("none")),
    )


def _is_at_home(function: Callable[..., Any], module: Any) -> bool:
    return bool(function.__module__ == module.__name__)


def _module(file: Path) -> Any:
    """The file as a module, run once; what it raises is an error at its line."""
    name = f"workbench_own_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise WorkbenchError(_("The Python file cannot be loaded."), where=str(file))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # whatever code of the user raises
        raise WorkbenchError(
            _("The Python file cannot be loaded: {reason}.").format(reason=_said(error)),
            where=f"{file}:{_line_of(error, file)}",
            fix=_("Mend the file; nothing was read."),
        ) from error
    return module


def _line_of(error: BaseException, file: Path) -> int:
    if isinstance(error, SyntaxError) and error.lineno:
        return error.lineno
    return next(
        (frame.lineno or 1 for frame in reversed(traceback.extract_tb(error.__traceback__)) if _is_at(frame, file)), 1
    )


def _is_at(frame: traceback.FrameSummary, file: Path) -> bool:
    return Path(frame.filename) == file


def _said(error: BaseException) -> str:
    """The error's kind and its own first words."""
    said = str(error).strip().splitlines()
    return printable(f"{type(error).__name__}: {said[0]}" if said else type(error).__name__)[:_REASON_CHARACTERS]
