"""Work in several processes: in order, and nothing of it is left when it is given up."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator

import pytest

from workbench.data.prepare.processes import in_processes
from workbench.errors import WorkbenchError

LARGE = "x" * 300_000
"""More than the pipe to a process holds."""


def begin() -> None:
    """Nothing is needed."""


def square(number: int) -> int:
    return number * number


def never_done(_piece: str) -> None:
    threading.Event().wait()


def end_itself(_piece: int) -> None:
    os._exit(3)


class EnoughError(Exception):
    """Somebody asked to stop."""


def enough() -> None:
    raise EnoughError


def test_results_come_in_the_order_of_the_pieces() -> None:
    found = in_processes(square, iter(range(50)), processes=2, begin=begin, arguments=())
    assert list(found) == [number * number for number in range(50)]


def test_while_no_result_is_there_the_work_can_be_given_up_at_once() -> None:
    pieces = iter([LARGE] * 100)
    with pytest.raises(EnoughError):
        list(in_processes(never_done, pieces, processes=2, begin=begin, arguments=(), while_waiting=enough))
    assert multiprocessing.active_children() == []


def test_closing_it_leaves_no_process() -> None:
    def pieces() -> Iterator[int]:
        yield from range(10_000)

    found = in_processes(square, pieces(), processes=2, begin=begin, arguments=())
    assert next(found) == 0
    assert len(multiprocessing.active_children()) == 2
    found.close()
    assert multiprocessing.active_children() == []


def test_a_process_that_is_ended_from_outside_is_told() -> None:
    with pytest.raises(WorkbenchError, match="was ended"):
        list(in_processes(end_itself, iter(range(9)), processes=2, begin=begin, arguments=()))
