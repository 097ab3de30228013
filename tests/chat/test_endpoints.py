"""The user's list of chat services."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.chat.endpoints import (
    KnownEndpoint,
    endpoint_named,
    endpoints_file,
    forget_endpoint,
    keep_endpoint,
    known_endpoints,
)
from workbench.errors import WorkbenchError

WORK = KnownEndpoint(
    name='at "work" 在\x7f.x', url="https://chat.example.com/v1", model="gpt\\large", key_env="WORK_KEY"
)
LOCAL = KnownEndpoint(name="local", url="http://localhost:8000/v1", model="m")


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path))


def test_services_are_kept_replaced_and_forgotten() -> None:
    assert known_endpoints() == []
    keep_endpoint(WORK)
    keep_endpoint(LOCAL.model_copy(update={"url": "http://localhost:8000/v1/chat/completions"}))
    assert known_endpoints() == [WORK, LOCAL]
    other = LOCAL.model_copy(update={"model": "other"})
    keep_endpoint(other)
    assert endpoint_named("local") == other
    forget_endpoint(WORK.name)
    assert known_endpoints() == [other]


def test_a_key_is_read_from_the_environment_only_and_goes_nowhere_else() -> None:
    environment = {"WORK_KEY": "sk-work", "WORKBENCH_API_KEY": "sk-mine", "OPENAI_API_KEY": "sk-open"}
    key = WORK.opened(environment).key
    assert key is not None
    assert key.get_secret_value() == "sk-work"
    assert LOCAL.opened(environment).key is None
    keep_endpoint(WORK)
    assert "sk-" not in endpoints_file().read_text()
    with pytest.raises(WorkbenchError, match="not set"):
        WORK.opened({})


def test_an_unknown_name_is_told_with_those_like_it() -> None:
    with pytest.raises(WorkbenchError, match="no chat service of the name locl"):
        endpoint_named("locl")
    keep_endpoint(LOCAL)
    with pytest.raises(WorkbenchError) as caught:
        endpoint_named("locl")
    assert caught.value.fix == "Known: local"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[a\n", ""),
        ("a = 3\n", ":a"),
        ('[a]\nurl = "http://h/v1"\n', ":a:model"),
        ('[a]\nurl = "http://h/v1"\nmodel = "m"\nkey = "sk-secret"\n', ":a:key"),
        ('[a]\nurl = "http://h/v1"\nmodel = 3\n', ":a:model"),
        ('[a]\nurl = "ftp://h/v1"\nmodel = "m"\n', ":a:url"),
    ],
)
def test_a_damaged_file_is_told_and_not_written_over(text: str, where: str) -> None:
    endpoints_file().write_text(text)
    with pytest.raises(WorkbenchError) as caught:
        keep_endpoint(LOCAL)
    assert caught.value.where == f"{endpoints_file()}{where}"
    assert "sk-secret" not in str(caught.value)
    assert endpoints_file().read_text() == text
