"""Downloads as jobs: killed and started again, by the command, and datasets by their names."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests.commands.run_command import workbench
from tests.hub.conftest import TOKEN, WEIGHTS
from tests.hub.server import Hub, Repo
from tests.jobs.running import wait_until
from workbench.actions.download import start_download
from workbench.data.files import data_files
from workbench.data.hub import fetched
from workbench.data.read import read_file
from workbench.errors import WorkbenchError
from workbench.jobs.process import members_of_session
from workbench.jobs.session import own_session
from workbench.preferences import read_preferences


def test_a_killed_download_goes_on_where_it_was(hub: Hub, home: Path, tmp_path: Path) -> None:
    hub.hold_after["model.safetensors"] = 400_000
    job = start_download("own/model", project=tmp_path, mirror=hub.url)
    wait_until(lambda: any(path.stat().st_size >= 262_144 for path in home.rglob("*.incomplete")))
    session = own_session(job)
    assert session is not None
    for pid in members_of_session(session):
        os.kill(pid, signal.SIGKILL)
    hub.release.set()
    done = workbench("download", "own/model", "--mirror", hub.url, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    folder = Path(json.loads(done.stdout)["model"])
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    begun = hub.ranges_of("model.safetensors")[-1]
    assert begun is not None and int(begun[6:-1]) >= 262_144
    written = b"".join(path.read_bytes() for path in (tmp_path / "work_dirs").rglob("*") if path.is_file())
    assert TOKEN.encode() not in written
    assert {one.token for one in hub.requests} == {None}


def test_a_remembered_mirror_is_asked_from_then_on(hub: Hub, tmp_path: Path) -> None:
    missing = workbench("download", "own/nothing", "--mirror", hub.url, "--remember", cwd=tmp_path)
    assert missing.returncode == 1
    assert f"own/nothing @ {hub.url}: The hub has nothing of this name that is public." in missing.stdout
    assert read_preferences().mirror == hub.url
    assert start_download("own/model", project=tmp_path).record.arguments["endpoint"] == hub.url


def test_a_name_or_mirror_that_is_none_starts_nothing(tmp_path: Path) -> None:
    for name, mirror, what in (
        ("model", None, "no model's name"),
        ("own/model", "http://a.org", "begins with https://"),
    ):
        with pytest.raises(WorkbenchError, match=what):
            start_download(name, project=tmp_path, mirror=mirror)
    assert not (tmp_path / "work_dirs").exists()


@pytest.mark.heavy
def test_a_dataset_is_then_read_by_its_name(hub: Hub, tmp_path: Path) -> None:
    rows = "".join(json.dumps({"input": f"{n}+{n}?", "output": f"{2 * n}"}) + "\n" for n in range(100))
    hub.repos["own/sums"] = Repo({"train.jsonl": rows.encode(), "README.md": b"# sums", "notes.pdf": b"%PDF"})
    hub.cut_after["train.jsonl"] = [1500]
    done = workbench("download", "own/sums", "--dataset", "--mirror", hub.url, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, second = hub.ranges_of("train.jsonl")
    assert first is None and second is not None
    assert not hub.ranges_of("notes.pdf")
    (file,) = data_files(str(fetched("own/sums")))
    assert len(read_file(file).rows) == 100
    assert json.loads(done.stdout)["dataset"] == str(fetched("own/sums"))
