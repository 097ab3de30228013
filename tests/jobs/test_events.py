"""Events go in as whole lines and come out as they were."""

from __future__ import annotations

import json
import math
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.jobs.recorded import step
from workbench.jobs.events import (
    Checkpoint,
    Event,
    EventLog,
    Failed,
    Finished,
    Progress,
    Sample,
    Score,
    Started,
    Step,
    Warned,
    parse_event,
)


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """As on a disk with so many bytes left."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def lines(folder: Path) -> list[bytes]:
    return (folder / "events.jsonl").read_bytes().splitlines()


@pytest.mark.parametrize(
    "event",
    [
        Started(facts=["一", "two"], resumed_from_iter=4),
        Progress(stage="merging", done=1, total=2, unit="bytes", job="a/b"),
        step(3),
        Sample(iter=0, prompt='say "hi"\n', output="你好\r\n\u2028"),
        Score(name="identity", value=0.5, right=1, total=2, iter=3, target="base"),
        Checkpoint(iter=4, step=2, path="checkpoints/checkpoint-2"),
        Warned(message="careful", where="a:1", fix="mend"),
        Finished(results={"path": "x", "n": 3, "share": 0.5, "ok": True}, stopped=True),
        Failed(reason="why", where="there", hint="do"),
    ],
)
def test_an_event_comes_back_as_it_was_written(tmp_path: Path, event: Event) -> None:
    EventLog(tmp_path).write(event)
    (line,) = lines(tmp_path)
    assert parse_event(line) == event


def test_a_diverged_loss_is_valid_json_and_still_no_number(tmp_path: Path) -> None:
    EventLog(tmp_path).write(step(1, loss=math.nan))
    (line,) = lines(tmp_path)

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    assert json.loads(line, parse_constant=refuse)["loss"] == "NaN"
    event = parse_event(line)
    assert isinstance(event, Step) and math.isnan(event.loss)


def test_what_is_written_after_a_torn_line_stands_on_its_own(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_bytes(b'{"event":"st')
    EventLog(tmp_path).write(Started())
    assert [parse_event(line) is None for line in lines(tmp_path)] == [True, False]


def test_a_field_of_a_newer_workbench_is_passed_over() -> None:
    event = parse_event(b'{"event":"finished","time":1.0,"invented":2}')
    assert isinstance(event, Finished)


def test_a_full_disk_is_told_and_leaves_earlier_lines_whole(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    log.write(Started())
    size = (tmp_path / "events.jsonl").stat().st_size
    with no_file_beyond(size + 10), pytest.raises(OSError, match="large"):
        log.write(Finished())
    log.write(Failed(reason="the disk is full"))
    assert [getattr(parse_event(line), "event", None) for line in lines(tmp_path)] == ["started", None, "failed"]
