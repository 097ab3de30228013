"""The same work on many pieces in several processes, the results in the order of the pieces."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from workbench.errors import WorkbenchError
from workbench.i18n import _

_WAITING_PER_PROCESS = 3
Piece = TypeVar("Piece")
Result = TypeVar("Result")


def usable_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_processes(
    work: Callable[[Piece], Result],
    pieces: Iterator[Piece],
    *,
    processes: int,
    begin: Callable[..., None],
    arguments: tuple[Any, ...],
) -> Iterator[Result]:
    """Run ``work`` on every piece; few of them wait at a time, whatever their number.

    If the pieces end in an error, the results of those before it come first.

    Args:
        begin: called once in each process, with ``arguments``.

    Raises:
        WorkbenchError: a process was ended from outside.
    """
    # fork would copy the threads' locks of whatever the caller has loaded
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=begin, initargs=arguments) as pool:
        waiting: deque[Future[Result]] = deque()
        error: Exception | None = None
        try:
            while True:
                while error is None and len(waiting) < processes * _WAITING_PER_PROCESS:
                    try:
                        waiting.append(pool.submit(work, next(pieces)))
                    except StopIteration:
                        break
                    except WorkbenchError as wrong:
                        error = wrong
                if not waiting:
                    break
                yield waiting.popleft().result()
        except BrokenProcessPool as broken:
            raise WorkbenchError(
                _("A process that prepares the data was ended."), fix=_("Is there enough memory? Start it again.")
            ) from broken
        finally:
            for future in waiting:
                future.cancel()
        if error is not None:
            raise error
