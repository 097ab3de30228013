"""A model that is not on this machine is a key away: the dialog starts the job, shows it, and gives what to load."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from tests.hub.server import Hub, running_hub
from tests.ui.driving import NARROW, running, see, shows, type_text, wait_until
from workbench.hub.local import is_here
from workbench.jobs.find import list_jobs
from workbench.jobs.state import JobState, state_of
from workbench.preferences import read_preferences
from workbench.ui.chat_state import ChosenModel
from workbench.ui.known_models import known_models
from workbench.ui.screens.model_download import ModelDownload

FILES = {"config.json": b"{}", "model.safetensors": os.urandom(400_000)}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    for name in ("HF_HUB_OFFLINE", "HF_HUB_CACHE", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "HF_HUB_DISABLE_PROGRESS_BARS"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    with running_hub(own__model=dict(FILES)) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running


async def test_enter_fetches_it_and_gives_its_name(project: Path, hub: Hub) -> None:
    given: list[str | None] = []
    hub.hold_after["model.safetensors"] = 200_000
    async with running(project) as pilot:
        pilot.app.push_screen(ModelDownload(project, "own/model"), given.append)
        await see(pilot, "The model is not on this machine", "own/model", "hf-mirror.com", "ModelScope")
        await wait_until(pilot, lambda: isinstance(pilot.app.focused, Input) and pilot.app.focused.value == hub.url)
        await pilot.press("enter")
        await see(pilot, "downloading", "escape closes this", "s Stop")
        assert not pilot.app.screen.query_one(OptionList).display
        hub.release.set()
        await wait_until(pilot, lambda: given)
    assert given == ["own/model"]
    assert is_here("own/model")
    assert read_preferences().mirror == hub.url
    assert ChosenModel("own/model") in [known.chosen for known in known_models(project)]


async def test_what_went_wrong_is_said_and_another_place_can_be_chosen(project: Path, hub: Hub) -> None:
    async with running(project) as pilot:
        pilot.app.push_screen(ModelDownload(project, "own/nothing"))
        await see(pilot, hub.url)
        await pilot.press("enter")
        await see(pilot, "The hub has nothing of", "enter fetches it from there")
        address = pilot.app.screen.query_one(Input)
        address.value = ""
        address.focus()
        await type_text(pilot, "http://example.org")
        await pilot.press("enter")
        await see(pilot, "A mirror's address begins with https://")
        assert len(list_jobs(project)) == 1


async def test_it_can_be_stopped_and_goes_on_when_it_is_left(project: Path, hub: Hub) -> None:
    given: list[str | None] = []
    hub.hold_after["model.safetensors"] = 200_000
    async with running(project) as pilot:
        pilot.app.push_screen(ModelDownload(project, "own/model"), given.append)
        await see(pilot, hub.url)
        await pilot.press("enter")
        await see(pilot, "downloading")
        await pilot.press("s")
        await wait_until(pilot, lambda: list_jobs(project)[0].stop_path.exists())
        hub.release.set()
        await see(pilot, "Stopped; it goes on where it was.")
        hub.release.clear()
        await pilot.press("tab", "enter")
        await see(pilot, "s Stop")  # the line of an earlier download stands behind the dialog
        await pilot.press("escape")
        await wait_until(pilot, lambda: given == [None])
        hub.release.set()
        await wait_until(pilot, lambda: state_of(list_jobs(project)[0]) is JobState.FINISHED)
    assert is_here("own/model")


async def test_a_model_to_chat_with_is_fetched_first(project: Path, hub: Hub) -> None:
    async with running(project, area="chat", size=NARROW, model="own/model") as pilot:
        await see(pilot, "The model is not on this machine", "own/model")
        await pilot.press("escape")
        await see(pilot, "The model is not on this machine.")
        assert not shows(pilot, "This did not work")
        assert not hub.requests
