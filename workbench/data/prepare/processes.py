"""The same work on many pieces in several processes, the results in the order of the pieces."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from workbench.errors import WorkbenchError
from workbench.i18n import _

_WAITING_PER_PROCESS = 3
_SECONDS_BETWEEN_LOOKS = 0.25
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
    while_waiting: Callable[[], None] = lambda: None,
) -> Generator[Result, None, None]:
    """Run ``work`` on every piece; few of them wait at a time, whatever their number.

    If the pieces end in an error, the results of those before it come first. When the iterator is closed, or ends in
    an error, no process is left.

    Args:
        begin: called once in each process, with ``arguments``.
        while_waiting: called four times a second while no result is there; may raise to end the work.

    Raises:
        WorkbenchError: a process was ended from outside.
    """
    # fork would copy the threads' locks of whatever the caller has loaded
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    with ProcessPoolExecutor(processes, mp_context=context, initializer=begin, initargs=arguments) as pool:
        try:
            yield from _results(pool, work, pieces, processes * _WAITING_PER_PROCESS, while_waiting)
        except BrokenProcessPool as broken:
            raise WorkbenchError(
                _("A process that prepares the data was ended."), fix=_("Is there enough memory? Start it again.")
            ) from broken
        except BaseException:
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
            raise


def _results(
    pool: ProcessPoolExecutor,
    work: Callable[[Piece], Result],
    pieces: Iterator[Piece],
    most_waiting: int,
    while_waiting: Callable[[], None],
) -> Iterator[Result]:
    waiting: deque[Future[Result]] = deque()
    error: WorkbenchError | None = None
    while True:
        while error is None and len(waiting) < most_waiting:
            try:
                waiting.append(pool.submit(work, next(pieces)))
            except StopIteration:
                break
            except WorkbenchError as wrong:
                error = wrong
        if not waiting:
            break
        while not wait([waiting[0]], timeout=_SECONDS_BETWEEN_LOOKS).done:
            while_waiting()
        yield waiting.popleft().result()
    if error is not None:
        raise error
