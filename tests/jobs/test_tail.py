"""Files are read as they grow: nothing twice, nothing torn, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.jobs.recorded import BEGAN, step
from workbench.jobs.events import Event, Finished, Progress, Sample, Started, Step
from workbench.jobs.tail import EventTail, LogTail, last_event, last_log_lines


def line(event: Event) -> bytes:
    return event.model_copy(update={"time": BEGAN}).model_dump_json().encode() + b"\n"


@pytest.fixture
def events(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.txt"


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as stream:
        stream.write(data)


def kinds(events: list[Event]) -> list[str]:
    return [event.event for event in events]


def test_only_what_is_new_is_read(events: Path) -> None:
    tail = EventTail(events)
    assert tail.poll() == []
    append(events, line(Started()))
    assert kinds(tail.poll()) == ["started"]
    append(events, line(step(1)) + line(Finished()))
    assert kinds(tail.poll()) == ["step", "finished"]
    assert tail.poll() == []


def test_a_line_is_read_when_it_is_whole(events: Path) -> None:
    tail, whole = EventTail(events), line(step(3))
    append(events, whole[:40])
    assert tail.poll() == []
    append(events, whole[40:])
    (event,) = tail.poll()
    assert isinstance(event, Step) and event.iter == 3


def test_a_torn_line_is_passed_over(events: Path) -> None:
    append(events, line(step(1)) + line(step(2))[:40] + b"\n" + line(step(3)))
    assert [event.iter for event in EventTail(events).poll() if isinstance(event, Step)] == [1, 3]


@pytest.mark.parametrize("strange", [b'{"event":"invented","time":1}\n', b"\x00\xff\n", b"[]\n", b"\n", b"null\n"])
def test_a_line_of_another_kind_is_passed_over(events: Path, strange: bytes) -> None:
    append(events, strange + line(Started()))
    assert kinds(EventTail(events).poll()) == ["started"]


def test_a_truncated_file_is_read_from_its_beginning(events: Path) -> None:
    append(events, line(step(1)) + line(step(2)))
    tail = EventTail(events)
    tail.poll()
    events.write_bytes(line(Started()))
    assert kinds(tail.poll()) == ["started"]


def test_a_file_is_read_in_slices_without_losing_a_line(events: Path) -> None:
    append(events, b"".join(line(step(number)) for number in range(50)))
    tail, found = EventTail(events), []
    while some := tail.poll(max_bytes=500):
        assert len(some) < 5
        found += some
    assert [event.iter for event in found if isinstance(event, Step)] == list(range(50))


def test_a_line_longer_than_a_slice_stops_nothing(events: Path) -> None:
    append(events, line(Sample(iter=0, prompt="?", output="x" * 3000)) + line(Finished()))
    tail = EventTail(events)
    tail_events = [event for _slice in range(10) for event in tail.poll(max_bytes=1000)]
    assert kinds(tail_events) == ["finished"]


def test_steps_can_be_passed_over(events: Path) -> None:
    told = Sample(iter=1, prompt='"event":"step"', output="a step")
    append(events, line(Started()) + line(step(1)) + line(told) + line(step(2)) + line(Finished()))
    assert kinds(list(EventTail(events).rest(without_steps=True))) == ["started", "sample", "finished"]


def test_the_rest_is_everything_up_to_the_end(events: Path) -> None:
    append(events, b"".join(line(step(number)) for number in range(3000)))  # more than one block
    assert sum(1 for _event in EventTail(events).rest()) == 3000


def test_the_newest_event_of_a_kind_is_found_from_the_end(events: Path) -> None:
    append(events, line(step(1)) + line(step(2)) + line(Finished()) + line(step(9))[:30])
    found = last_event(events, (Step, Progress))
    assert isinstance(found, Step) and found.iter == 2
    assert last_event(events, (Progress,)) is None
    assert last_event(events, (Step,), within_bytes=100) is None
    assert last_event(events.with_name("none"), (Step,)) is None


def test_a_progress_bar_is_split_at_its_carriage_returns(log: Path) -> None:
    append(log, b"loading\r\n\r 10%\r 20%\rdone\n")
    assert LogTail(log).poll() == ["loading", " 10%", " 20%", "done"]


def test_a_progress_bar_is_seen_before_its_line_ends(log: Path) -> None:
    tail = LogTail(log)
    append(log, b"\r 10%\r 20%")
    assert tail.poll() == [" 10%"]
    append(log, b"\r 30%\r")
    assert tail.poll() == [" 20%", " 30%"]
    append(log, b"\n")
    assert tail.poll() == []


def test_bytes_that_are_no_text_do_no_harm(log: Path) -> None:
    append(log, b"caf\xe9\n\xe4\xbd\xa0\n")
    assert LogTail(log).poll() == ["caf\ufffd", "你"]


def test_the_end_of_a_long_log_is_read_alone(log: Path) -> None:
    append(log, b"".join(b"line %d\n" % number for number in range(20_000)))
    assert last_log_lines(log, 2) == ["line 19998", "line 19999"]
    assert last_log_lines(log.with_name("none"), 2) == []
    tail = LogTail(log)
    tail.skip_to_last(100)
    assert 5 < len(tail.poll()) < 12
