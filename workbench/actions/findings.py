"""What is wrong with a training, gathered instead of stopping at the first thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from workbench.errors import WorkbenchError

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Findings(list[WorkbenchError]):
    """Each thing once, in the order in which they were found."""

    def of(self, check: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T | None:
        """Run a check and keep what it raises; None if it has raised."""
        try:
            return check(*args, **kwargs)
        except WorkbenchError as error:
            self.add(error)
            return None

    def add(self, error: WorkbenchError) -> None:
        """Keep one, unless it is known."""
        if str(error) not in map(str, self):
            self.append(error)

    def raise_first(self) -> None:
        """
        Raises:
            WorkbenchError: the first thing, if there is any.
        """
        for error in self:
            raise error
