"""What is told before the ranks of several machines have begun: where they meet, that it waits, why they did not meet."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from tests.jobs.running import wait_until
from tests.training.runs import new_job, tiny_config
from workbench.configs.cluster_settings import ClusterSettings
from workbench.jobs.events import Event, Failed, Progress, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.tail import EventTail
from workbench.training import meeting
from workbench.training.meeting import meet

UNSTARTED = ["/no/such/program"]


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting, "_SECONDS_BETWEEN_LOOKS", 0.02)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


def a_job(folder: Path, port: int, *, number: int = 0, address: str = "127.0.0.1") -> JobFolder:
    cluster = ClusterSettings(launcher="torchrun", nodes=2, node_rank=number, master_addr=address, master_port=port)
    return new_job(folder / "job", tiny_config(folder / "rows.json", cluster=cluster))


def events_of(job: JobFolder) -> list[Event]:
    return list(EventTail(job.events_path).rest())


def test_a_port_that_is_taken_fails_before_torchrun_begins(tmp_path: Path) -> None:
    with socket.create_server(("", 0)) as taken:
        job = a_job(tmp_path, taken.getsockname()[1])
        assert meet(job, UNSTARTED) == 1
    (failed,) = events_of(job)
    assert isinstance(failed, Failed)
    assert failed.where == "cluster.master_port"


def test_an_address_that_is_none_fails_at_once_on_a_further_machine(tmp_path: Path, port: int) -> None:
    job = a_job(tmp_path, port, number=1, address="a..b")
    assert meet(job, UNSTARTED) == 1
    (failed,) = events_of(job)
    assert isinstance(failed, Failed)
    assert failed.where == "cluster.master_addr"
    assert "a..b" in failed.reason


def test_machines_that_did_not_meet_are_told_with_the_last_words_of_torchrun(tmp_path: Path, port: int) -> None:
    job = a_job(tmp_path, port)
    job.log_path.write_text("Traceback\nDistStoreError: Timed out after 601 seconds waiting for clients. 1/2 joined.\n")
    assert meet(job, ["false"]) == 1
    waiting, progress, failed = events_of(job)
    assert isinstance(waiting, Warned) and isinstance(progress, Progress) and progress.done == 0
    assert waiting.is_note
    assert f"127.0.0.1, port {port}" in waiting.message
    assert isinstance(failed, Failed)
    assert "1/2 joined" in failed.reason
    assert "ten minutes" in str(failed.hint)


def test_a_job_that_waits_for_other_machines_ends_when_it_is_stopped(tmp_path: Path, port: int) -> None:
    job = a_job(tmp_path, port)
    codes: list[int] = []
    waiting = threading.Thread(target=lambda: codes.append(meet(job, ["sleep", "60"])), daemon=True)
    waiting.start()
    wait_until(lambda: job.events_path.exists())
    job.stop_path.touch()
    waiting.join(timeout=20)
    assert codes and codes[0] != 0
    assert not [event for event in events_of(job) if isinstance(event, Failed)]


def test_of_what_happens_to_ranks_their_guards_tell(tmp_path: Path, port: int) -> None:
    job = a_job(tmp_path, port)
    ranks_in_a_session_of_their_own = f"setsid sleep 1 & sleep 0.5; touch '{job.stop_path}'; wait; exit 3"
    assert meet(job, ["sh", "-c", ranks_in_a_session_of_their_own]) == 3
    assert [event.done for event in events_of(job) if isinstance(event, Progress)] == [0, 1]
    assert not [event for event in events_of(job) if isinstance(event, Failed)]
