"""Downloads from a hub on this machine through the hub's own library: whole, gone on with, refused."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.hub.conftest import FILES, TOKEN, WEIGHTS, Download
from tests.hub.server import COMMIT, Hub
from workbench.errors import WorkbenchError
from workbench.hub.fetch import Stopped
from workbench.hub.local import cached_models, is_here
from workbench.hub.problems import Cause, cause_of, in_words


def events_of(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def leftovers(home: Path) -> list[Path]:
    return list(home.rglob("*.incomplete"))


def test_a_model_is_put_where_the_library_finds_it(fetch: Download, hub: Hub, home: Path, tmp_path: Path) -> None:
    from huggingface_hub import snapshot_download

    assert not is_here("own/model")
    folder = fetch()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        name: content for name, content in FILES.items() if name != "pytorch_model.bin"
    }
    asked = len(hub.requests)
    assert Path(snapshot_download("own/model", local_files_only=True)) == folder
    assert is_here("own/model") and cached_models() == ["own/model"]
    fetch()
    assert not [one for one in hub.requests[asked:] if "/resolve/" in one.path]
    assert not leftovers(home)
    facts = events_of(tmp_path)[0]["facts"]
    assert facts == [
        f"own/model from {hub.url}: 3 files, 700.0 KB",
        "Left out, as other files hold the same: pytorch_model.bin (5.0 KB); --include fetches what you name.",
    ]


def test_the_bytes_are_counted_to_the_last(fetch: Download, hub: Hub, tmp_path: Path) -> None:
    hub.cut_after["model.safetensors"] = [300_000]
    hub.spoilt["model.safetensors"] = 1
    fetch()
    last = [event for event in events_of(tmp_path) if event["event"] == "progress"][-1]
    assert last["done"] == last["total"] == sum(map(len, FILES.values())) - 5000


def test_a_lost_connection_is_gone_on_with_where_it_was(fetch: Download, hub: Hub) -> None:
    hub.cut_after["model.safetensors"] = [300_000, 200_000]
    hub.busy = 2
    assert (fetch() / "model.safetensors").read_bytes() == WEIGHTS
    first, second, third = hub.ranges_of("model.safetensors")[-3:]
    assert first is None
    assert second is not None and third is not None
    assert 0 < int(second[6:-1]) < int(third[6:-1])


def test_a_server_that_gives_no_parts_is_read_from_the_beginning(fetch: Download, hub: Hub) -> None:
    hub.no_ranges = True
    hub.cut_after["model.safetensors"] = [300_000]
    assert (fetch() / "model.safetensors").read_bytes() == WEIGHTS


def test_what_came_before_a_stop_is_not_fetched_again(fetch: Download, hub: Hub, home: Path) -> None:
    came = iter([False] * 3)
    with pytest.raises(Stopped):
        fetch(must_stop=lambda: next(came, True))
    (partial,) = [path for path in leftovers(home) if path.stat().st_size > 1000]
    size = partial.stat().st_size
    assert (fetch() / "model.safetensors").read_bytes() == WEIGHTS
    assert hub.ranges_of("model.safetensors")[-1] == f"bytes={size}-"


def test_a_wrong_checksum_is_fetched_once_more_and_then_refused(fetch: Download, hub: Hub, home: Path) -> None:
    hub.spoilt["model.safetensors"] = 1
    assert (fetch(to=home / "one") / "model.safetensors").read_bytes() == WEIGHTS
    hub.spoilt["model.safetensors"] = 2
    with pytest.raises(WorkbenchError, match="another checksum") as caught:
        fetch(to=home / "two")
    assert caught.value.where == "own/model/model.safetensors"
    assert not (home / "two" / "model.safetensors").exists()


def test_a_folder_of_ones_own_holds_the_files_and_nothing_else(fetch: Download, home: Path) -> None:
    folder = fetch(to=home / "mine", include=["*.bin", "config.json"])
    assert sorted(path.name for path in folder.rglob("*")) == ["config.json", "pytorch_model.bin"]


def test_a_file_of_the_same_length_is_not_taken_for_the_one_that_is_wanted(
    fetch: Download, hub: Hub, home: Path
) -> None:
    fetch(to=home / "mine")
    newer = bytes(reversed(WEIGHTS))
    hub.repos["own/model"].files["model.safetensors"] = newer
    with pytest.raises(WorkbenchError, match=r"with other content: model\.safetensors\.") as caught:
        fetch(to=home / "mine")
    assert caught.value.fix is not None and "--force" in caught.value.fix
    assert (home / "mine" / "model.safetensors").read_bytes() == WEIGHTS
    hub.requests.clear()
    assert (fetch(to=home / "mine", overwrite=True) / "model.safetensors").read_bytes() == newer
    assert [one.path.rpartition("/")[2] for one in hub.requests if one.method == "GET" and "/resolve/" in one.path] == [
        "model.safetensors"
    ]


def test_a_folder_that_cannot_be_written_is_named(fetch: Download, home: Path) -> None:
    home.mkdir()
    (home / "file").touch()
    with pytest.raises(OSError) as caught:
        fetch(to=home / "file")
    told = in_words(caught.value, "own/model", "https://huggingface.co")
    assert (told.what, told.where) == ("The folder cannot be written.", str(home / "file" / ".workbench-download"))
    assert told.fix is not None and "another folder" in told.fix


def test_a_user_who_set_offline_is_reminded() -> None:
    from huggingface_hub.errors import OfflineModeIsEnabled

    assert "HF_HUB_OFFLINE is set" in in_words(OfflineModeIsEnabled("no"), "own/model", "https://huggingface.co").what


def test_a_name_that_leads_out_of_the_folder_is_refused(fetch: Download, hub: Hub, home: Path) -> None:
    hub.repos["own/model"].files["../out.json"] = b"{}"
    with pytest.raises(WorkbenchError, match="leads out"):
        fetch(to=home / "mine")
    assert not (home / "out.json").exists()


def test_the_space_is_looked_at_before_anything_comes(
    fetch: Download, hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=1000))
    with pytest.raises(WorkbenchError, match=r"700.0 KB are needed, 1.0 KB are free"):
        fetch()
    assert not hub.ranges_of("model.safetensors")
    with pytest.raises(WorkbenchError, match="no room"):
        fetch(to=home / "mine")
    assert not (home / "mine").exists()


def test_patterns_that_fit_nothing_name_what_there_is(fetch: Download) -> None:
    with pytest.raises(WorkbenchError, match="No file of the repository fits") as caught:
        fetch(include=["*.gguf"])
    assert caught.value.fix is not None and "model.safetensors" in caught.value.fix


def test_a_mirror_does_not_see_the_token_unless_the_user_says_so(fetch: Download, hub: Hub) -> None:
    fetch()
    assert hub.requests and {one.token for one in hub.requests} == {None}
    hub.requests.clear()
    fetch(send_token=True, include=["*.bin"])
    assert f"Bearer {TOKEN}" in {one.token for one in hub.requests if "/resolve/" in one.path}


def test_the_hub_itself_gets_the_token(fetch: Download, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.hub.mirrors.OFFICIAL", hub.url)
    fetch()
    assert {one.token for one in hub.requests if "/resolve/" in one.path} == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"name": "own/nothing"}, Cause.UNKNOWN),
        ({"revision": "nope"}, Cause.NO_REVISION),
        ({"endpoint": "http://127.0.0.1:9"}, Cause.OFFLINE),
    ],
)
def test_what_the_hub_refuses_has_a_cause(fetch: Download, changes: dict[str, object], cause: Cause) -> None:
    with pytest.raises(Exception) as caught:
        fetch(**changes)
    assert cause_of(caught.value) is cause


def test_a_gated_model_says_where_to_ask(fetch: Download, hub: Hub) -> None:
    hub.repos["own/model"].gated = True
    with pytest.raises(Exception) as caught:
        fetch()
    at_hub = in_words(caught.value, "own/model", "https://huggingface.co")  # type: ignore[arg-type]
    assert at_hub.what == "It is given only to those who asked for it and are signed in."
    assert at_hub.fix is not None and "hf auth login" in at_hub.fix
    at_mirror = in_words(caught.value, "own/model", hub.url)  # type: ignore[arg-type]
    assert at_mirror.fix is not None and "--send-token" in at_mirror.fix
    assert at_mirror.where == f"own/model @ {hub.url}"


def test_a_server_that_is_no_hub_is_said_to_be_none(fetch: Download, hub: Hub) -> None:
    with pytest.raises(Exception) as caught:
        fetch(endpoint=f"{hub.url}/lost")
    assert cause_of(caught.value) in {Cause.NO_HUB, Cause.UNKNOWN}


def test_a_model_of_which_a_shard_is_missing_is_not_here(fetch: Download, hub: Hub) -> None:
    files = hub.repos["own/model"].files
    files["model.safetensors.index.json"] = b'{"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}'
    fetch()
    assert not is_here("own/model")
    files["model-2.safetensors"] = WEIGHTS[:2000]
    fetch(include=["model-2.safetensors"])
    assert is_here("own/model")


def test_what_is_no_name_of_a_hub_is_not_asked_for() -> None:
    assert is_here("sample:model") and is_here("/no/such/folder") and is_here("word")
    assert not is_here("owner/name")


def test_the_state_of_the_hub_is_the_one_that_was_listed(fetch: Download) -> None:
    assert fetch().name == COMMIT
