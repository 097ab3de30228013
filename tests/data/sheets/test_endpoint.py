"""Who is asked, and which key goes where."""

from __future__ import annotations

import pytest

from workbench.data.sheets.endpoint import (
    OPENAI_URL,
    Endpoint,
    EndpointSettings,
    checked_url,
    find_endpoint,
    key_of_job,
    read_settings,
    settings_path,
    write_settings,
)
from workbench.errors import WorkbenchError

OWN, THEIRS = "sk-own", "sk-theirs"
URL = "http://localhost:8000/v1"


def key(endpoint: Endpoint) -> str | None:
    return endpoint.key.get_secret_value() if endpoint.key else None


def test_options_go_before_the_environment_and_that_before_the_settings() -> None:
    settings = EndpointSettings(url="http://settings/v1", model="settings")
    environment = {"WORKBENCH_API_URL": "http://own/v1", "OPENAI_BASE_URL": "http://openai/v1"}
    assert find_endpoint(URL, "m", settings=settings, environment=environment) == Endpoint(URL, "m")
    assert find_endpoint(settings=settings, environment=environment) == Endpoint("http://own/v1", "settings")
    assert find_endpoint(settings=settings, environment={}).url == "http://settings/v1"


@pytest.mark.parametrize(
    ("url", "environment", "expected"),
    [
        (URL, {}, None),
        (URL, {"WORKBENCH_API_KEY": OWN, "OPENAI_API_KEY": THEIRS}, OWN),
        (URL, {"OPENAI_API_KEY": THEIRS}, None),
        (None, {"OPENAI_API_KEY": THEIRS}, THEIRS),
        (OPENAI_URL, {"OPENAI_API_KEY": THEIRS}, THEIRS),
        ("http://api.openai.com/v1", {"OPENAI_API_KEY": THEIRS}, None),
        (URL, {"OPENAI_API_KEY": THEIRS, "OPENAI_BASE_URL": URL}, THEIRS),
        ("http://other:8000/v1", {"OPENAI_API_KEY": THEIRS, "OPENAI_BASE_URL": URL}, None),
    ],
)
def test_a_key_goes_only_where_it_belongs(url: str | None, environment: dict[str, str], expected: str | None) -> None:
    assert key(find_endpoint(url, "m", environment=environment)) == expected


def test_the_variable_that_is_named_holds_the_key() -> None:
    environment = {"MINE": f" {OWN}\n", "WORKBENCH_API_KEY": THEIRS}
    assert key(find_endpoint(URL, "m", "MINE", environment=environment)) == OWN
    with pytest.raises(WorkbenchError, match="not set") as caught:
        find_endpoint(URL, "m", "OTHER", environment=environment)
    assert caught.value.where == "OTHER"


def test_the_key_shows_nowhere() -> None:
    endpoint = find_endpoint(URL, "m", environment={"WORKBENCH_API_KEY": OWN})
    assert OWN not in f"{endpoint} {endpoint!r} {endpoint.key}"
    with pytest.raises(WorkbenchError) as caught:
        find_endpoint(URL, "m", environment={"WORKBENCH_API_KEY": "sk-ключ secret"})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "in_clear"),
    [(URL, False), ("http://127.0.0.1/v1", False), ("https://host/v1", False), ("http://host/v1", True)],
)
def test_a_key_that_can_be_listened_to_is_known(url: str, in_clear: bool) -> None:
    environment = {"WORKBENCH_API_KEY": OWN}
    assert find_endpoint(url, "m", environment=environment).sends_key_in_clear is in_clear
    assert not find_endpoint(url, "m", environment={}).sends_key_in_clear


@pytest.mark.parametrize("address", [URL, f"{URL}/", f"{URL}/chat/completions", f" {URL}/chat/completions/ "])
def test_the_address_may_be_spelt_in_several_ways(address: str) -> None:
    assert checked_url(address) == URL


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("localhost:8000", "not one of http"),
        ("ftp://host/v1", "not one of http"),
        ("http://", "not one of http"),
        ("http://[::1/v1", "not one of http"),
        ("http://host:99999/v1", "not one of http"),
        ("https://me:secret@host/v1", "password"),
        ("https://host/v1?api_key=secret", "parameters"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_its_secret(address: str, what: str) -> None:
    with pytest.raises(WorkbenchError, match=what) as caught:
        checked_url(address)
    assert "secret" not in str(caught.value)


def test_without_an_address_or_a_model_the_option_is_named() -> None:
    with pytest.raises(WorkbenchError, match="no address") as no_address:
        find_endpoint(model="m", environment={})
    with pytest.raises(WorkbenchError, match="no model") as no_model:
        find_endpoint(URL, environment={})
    assert "--url" in str(no_address.value) and "--model" in str(no_model.value)


def test_settings_are_kept() -> None:
    assert read_settings() == EndpointSettings()
    known = EndpointSettings(url=URL, model='a "model"', key_env="MINE", price_in=0.15)
    write_settings(known)
    assert read_settings() == known


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ('key = "sk-1"', "must not stand in a file", "key_env"),
        ('api_token = "sk-1"', "must not stand in a file", "key_env"),
        ('adress = "http://x"', "no setting adress", "url"),
        ('price_in = "much"', "number", ""),
        ("url = [", "cannot be read", ""),
    ],
)
def test_settings_that_are_wrong_are_told(text: str, what: str, fix: str) -> None:
    settings_path().parent.mkdir(parents=True)
    settings_path().write_text(text)
    with pytest.raises(WorkbenchError, match=what) as caught:
        read_settings()
    assert fix in (caught.value.fix or "")
    assert "sk-1" not in str(caught.value)


def test_a_job_has_the_key_that_it_was_given() -> None:
    assert key_of_job({}) is None and key_of_job({"WORKBENCH_API_KEY": ""}) is None
    given = key_of_job({"WORKBENCH_API_KEY": OWN})
    assert given is not None and given.get_secret_value() == OWN
