"""Consent: asked once, remembered per project, never given by a project itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.agent.consent import Consent
from workbench.agent.tool import ToolSpec

SEARCH = ToolSpec("web_search", "", outside=True)
FILES = ToolSpec("read", "", outside=True, origin="files@1")
SCOPED = ToolSpec("read", "", outside=True, origin="@scope/files@1")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def test_only_always_and_never_are_remembered(tmp_path: Path) -> None:
    consent = Consent(tmp_path / "a")
    assert consent.known(ToolSpec("clock", "")) is True
    assert consent.known(SEARCH) is None
    assert consent.take(SEARCH, "once") and consent.known(SEARCH) is None
    assert not consent.take(SEARCH, "no") and consent.known(SEARCH) is None
    assert consent.take(SEARCH, "always") and not consent.take(FILES, "never")
    again = Consent(tmp_path / "a")
    assert (again.known(SEARCH), again.known(FILES)) == (True, False)
    assert again.of_servers == {FILES.full_name: False} == {"files/read": False}
    assert again.known(ToolSpec("read", "", outside=True, origin="files@2")) is None
    assert Consent(tmp_path / "b").known(SEARCH) is None
    other = Consent(tmp_path / "a")
    again.take(FILES, "always")
    other.take(ToolSpec("python", "", outside=True), "never")  # another app at the same time
    assert Consent(tmp_path / "a").known(FILES) is True
    again.forget()
    assert Consent(tmp_path / "a").known(SEARCH) is None


def test_tools_of_servers_are_named_behind_them_whatever_their_names_hold(tmp_path: Path) -> None:
    consent = Consent(tmp_path)
    for tool in (FILES, SCOPED, SEARCH):
        consent.take(tool, "always")
    assert consent.of_servers == {"files/read": True, "@scope/files/read": True}
    assert SCOPED.full_name == "@scope/files/read"


def test_what_is_allowed_for_a_chat_is_not_remembered(tmp_path: Path) -> None:
    assert Consent(tmp_path, frozenset({"web_search"})).known(SEARCH) is True
    assert Consent(tmp_path).known(SEARCH) is None


@pytest.mark.parametrize("text", ["{", "[]", '{"/p": 1}', '{"/p": {"web_search": "yes"}}'])
def test_a_damaged_file_allows_nothing(text: str, state: Path) -> None:
    state.mkdir()
    (state / "tool_consent.json").write_text(text)
    assert Consent(Path("/p")).known(SEARCH) is None


def test_a_state_folder_that_cannot_be_written_costs_only_the_memory(state: Path, tmp_path: Path) -> None:
    state.write_text("a file")
    consent = Consent(tmp_path)
    assert consent.take(SEARCH, "always") and consent.known(SEARCH) is True
