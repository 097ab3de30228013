"""A job's record on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.jobs.recorded import ended_process, recorded
from workbench.errors import WorkbenchError
from workbench.jobs.folder import RECORD_FILE, JobFolder


def test_a_record_comes_back_as_it_was_written(project: Path) -> None:
    process = ended_process()
    job = recorded(project, process=process)
    record = job.record.model_copy(update={"arguments": {"列表": [1, 2.5, None]}})
    job.write_record(record)
    assert job.record == record
    assert job.record.identity == process


def test_any_yaml_reader_reads_a_record(project: Path) -> None:
    job = recorded(project)
    found = YAML(typ="safe", pure=True).load((job.path / RECORD_FILE).read_text(encoding="utf-8"))
    assert (found["kind"], found["command"]) == ("train", ["true"])


def test_a_record_that_was_edited_as_yaml_is_read(project: Path) -> None:
    job = recorded(project)
    (job.path / RECORD_FILE).write_text("# mine\nkind: merge\nname: x\ncommand: [a, b]\nproject: /p\n")
    assert (job.record.kind, job.record.command, job.record.identity) == ("merge", ["a", "b"], None)


@pytest.mark.parametrize("text", ["", "kind: [", "- a\n", "kind: train\n", "\tx"])
def test_a_damaged_record_is_named(project: Path, text: str) -> None:
    job = recorded(project)
    (job.path / RECORD_FILE).write_text(text)
    with pytest.raises(WorkbenchError, match="damaged") as caught:
        _ = job.record
    assert caught.value.where == str(job.path / RECORD_FILE)


def test_a_folder_without_a_record_is_no_job(project: Path) -> None:
    with pytest.raises(WorkbenchError, match="no job folder"):
        _ = JobFolder(project).record
