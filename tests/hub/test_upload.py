"""Uploads to a hub on this machine: what goes, what must not, what is not sent twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.run_command import workbench
from tests.hub.conftest import TOKEN, WEIGHTS
from tests.hub.server import Hub
from workbench.actions.upload import start_upload
from workbench.commands.upload import upload as upload_command
from workbench.errors import WorkbenchError
from workbench.hub.fetch import Stopped
from workbench.hub.problems import Cause, cause_of, in_words
from workbench.hub.upload_plan import plan_upload
from workbench.jobs.events import EventLog

Upload = Callable[..., str]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "merged"
    (folder / "sub").mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "README.md").write_text("# mine")
    (folder / "model-1.safetensors").write_bytes(WEIGHTS)
    (folder / "sub" / "model-2.safetensors").write_bytes(WEIGHTS[:5000])
    return folder


@pytest.fixture
def send(hub: Hub, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Upload:
    """Uploads the folder in this process."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)

    def send(private: bool = True, must_stop: Callable[[], bool] = lambda: False) -> str:
        from workbench.hub.upload import UploadRequest, upload

        request = UploadRequest("me/mine", hub.url, private, None, "first")
        return upload(plan_upload(model), request, EventLog(tmp_path), must_stop)

    return send


def sent(hub: Hub) -> int:
    return sum(one.method == "PUT" for one in hub.requests)


def test_all_files_go_up_and_are_seen_at_once(send: Upload, hub: Hub, model: Path) -> None:
    assert send() == f"{hub.url}/me/mine"
    repo = hub.repos["me/mine"]
    assert repo.private
    assert repo.files == {
        path.relative_to(model).as_posix(): path.read_bytes() for path in model.rglob("*") if path.is_file()
    }


def test_after_a_loss_only_what_is_missing_is_sent(send: Upload, hub: Hub) -> None:
    hub.refuse_upload_after = 1
    with pytest.raises(Exception) as caught:
        send()
    assert cause_of(caught.value) is Cause.DENIED
    assert (sent(hub), hub.repos["me/mine"].files) == (1, {})
    hub.refuse_upload_after = None
    send()
    assert sent(hub) == 2
    send()
    assert sent(hub) == 2


def test_a_stop_leaves_the_repository_as_it_was(send: Upload, hub: Hub) -> None:
    with pytest.raises(Stopped):
        send(must_stop=lambda: True)
    assert hub.repos["me/mine"].files == {}


def test_what_everyone_can_see_is_not_taken_for_private(send: Upload, hub: Hub) -> None:
    send(private=False)
    with pytest.raises(WorkbenchError, match="can be seen by everyone"):
        send(private=True)


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("optimizer.pt", b"", "state of a training"),
        ("global_step8/zero_pp_rank_0_mp_rank_00_optim_states.pt", b"", "state of a training"),
        (".env", b"A=1", "looks like a secret"),
        ("id_rsa", b"", "looks like a secret"),
        ("notes.md", f"my token is {TOKEN}".encode(), "looks like a secret"),
        ("key.txt", b"-----BEGIN RSA PRIVATE KEY-----", "looks like a secret"),
    ],
)
def test_training_state_and_secrets_are_refused_by_name(model: Path, name: str, content: bytes, what: str) -> None:
    (model / name).parent.mkdir(exist_ok=True)
    (model / name).write_bytes(content)
    with pytest.raises(WorkbenchError, match=what) as caught:
        plan_upload(model)
    assert name in caught.value.what and TOKEN not in str(caught.value)


def test_hidden_files_and_links_out_of_the_folder_stay_here(model: Path, tmp_path: Path) -> None:
    (tmp_path / "private.txt").write_text("mine")
    (model / "link.txt").symlink_to(tmp_path / "private.txt")
    (model / ".cache").mkdir()
    (model / ".cache" / "x").write_text("")
    (model / "README.md").unlink()
    plan = plan_upload(model)
    assert [file.name for file in plan.files] == ["config.json", "model-1.safetensors", "sub/model-2.safetensors"]
    assert plan.notes() == [
        "Left out (hidden, or a link out of the folder): .cache/x, link.txt",
        "The folder has no README.md, so the model's page will be empty.",
    ]


def test_the_empty_form_of_an_adapter_stays_here_and_a_local_base_is_told(model: Path) -> None:
    (model / "README.md").write_text(
        "---\nbase_model: /x\n---\n# Model Card for Model ID\n\n[More Information Needed]\n"
    )
    (model / "adapter_config.json").write_text('{"base_model_name_or_path": "/models/base"}')
    plan = plan_upload(model)
    assert "README.md" not in {file.name for file in plan.files}
    form, base = plan.notes()
    assert "empty form" in form and "workbench export card" in form
    assert base.endswith("which nobody else has: /models/base")
    (model / "adapter_config.json").write_text('{"base_model_name_or_path": "owner/base"}')
    assert plan_upload(model).notes() == [form]


def test_an_upload_without_a_network_is_not_told_of_mirrors() -> None:
    for sending, fix in ((False, "--mirror"), (True, "--server")):
        told = in_words(ConnectionError("x"), "me/mine", "https://huggingface.co", sending=sending)
        assert told.fix is not None and fix in told.fix


def test_an_empty_or_missing_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, what in (("empty", "nothing to upload"), ("missing", "no such folder")):
        with pytest.raises(WorkbenchError, match=what):
            plan_upload(tmp_path / name)


def test_without_a_login_nothing_starts(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
    with pytest.raises(WorkbenchError, match="not signed in") as caught:
        start_upload(model, "me/mine", project=tmp_path)
    assert caught.value.fix == "Sign in: hf auth login"
    with pytest.raises(WorkbenchError, match="no repository's name"):
        start_upload(model, "mine", project=tmp_path)
    assert not (tmp_path / "work_dirs").exists()


def test_the_command_shows_what_goes_and_asks(model: Path, hub: Hub, tmp_path: Path) -> None:
    asked = workbench("upload", "merged", "me/mine", "--server", hub.url, cwd=tmp_path)
    assert asked.returncode == 1
    assert "700.0 KB  model-1.safetensors" in asked.stdout
    assert "4 files, 705.0 KB to me/mine, for you alone" in asked.stdout
    assert not hub.requests


def test_a_wrong_name_is_said_before_anything_is_shown(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WorkbenchError, match="no repository's name"):
        upload_command(model, "mine")
    assert capsys.readouterr().out == ""


def test_the_job_uploads_and_keeps_the_token_to_itself(model: Path, hub: Hub, tmp_path: Path) -> None:
    done = workbench("upload", "merged", "me/mine", "--server", hub.url, "--yes", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f'"uploaded": "{hub.url}/me/mine"' in done.stdout
    assert set(hub.repos["me/mine"].files) >= {"model-1.safetensors", "config.json"}
    written = b"".join(path.read_bytes() for path in (tmp_path / "work_dirs").rglob("*") if path.is_file())
    assert TOKEN.encode() not in written and TOKEN not in done.stdout + done.stderr
