"""Which server is asked, and whether it may see the token."""

from __future__ import annotations

import os

import pytest

from workbench.errors import WorkbenchError
from workbench.hub.mirrors import (
    HF_MIRROR,
    OFFICIAL,
    endpoint_in_force,
    endpoint_of,
    follow_choice,
    use_in_this_process,
)

NO_TOKEN = "HF_HUB_DISABLE_IMPLICIT_TOKEN"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_ENDPOINT", NO_TOKEN, "HF_HUB_DISABLE_PROGRESS_BARS"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("none", OFFICIAL),
        ("hf-mirror", HF_MIRROR),
        ("https://huggingface.co/", OFFICIAL),
        ("https://hub.example.org/hf", "https://hub.example.org/hf"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_names_and_addresses_of_mirrors(text: str, endpoint: str) -> None:
    assert endpoint_of(text) == endpoint


@pytest.mark.parametrize(
    "text",
    [
        "http://hf-mirror.com",
        "hf-mirror.com",
        "ftp://a.b",
        "https://",
        "http://127.0.0.1.evil.org",
        "http://[::1",
        "https://a.b?x=1",
    ],
)
def test_what_is_no_safe_address_is_refused(text: str) -> None:
    with pytest.raises(WorkbenchError, match="begins with https://"):
        endpoint_of(text)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(WorkbenchError, match="no password") as caught:
        endpoint_of("https://me:secret@hub.example.org")
    assert "secret" not in str(caught.value)


def test_what_is_asked_goes_before_the_environment_and_that_before_what_was_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert endpoint_in_force(None, None) == OFFICIAL
    assert endpoint_in_force(None, HF_MIRROR) == HF_MIRROR
    monkeypatch.setenv("HF_ENDPOINT", "https://one.example.org")
    assert endpoint_in_force(None, HF_MIRROR) == "https://one.example.org"
    assert endpoint_in_force("none", HF_MIRROR) == OFFICIAL


def test_a_mirror_gets_no_token_unless_the_user_says_so() -> None:
    use_in_this_process(HF_MIRROR)
    assert (os.environ["HF_ENDPOINT"], os.environ[NO_TOKEN]) == (HF_MIRROR, "1")
    use_in_this_process(HF_MIRROR, send_token=True)
    assert NO_TOKEN not in os.environ
    use_in_this_process(HF_MIRROR)
    use_in_this_process(OFFICIAL)
    assert (os.environ["HF_ENDPOINT"], os.environ.get(NO_TOKEN)) == (OFFICIAL, None)


def test_every_program_follows_the_choice_also_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    follow_choice(None)
    assert "HF_ENDPOINT" not in os.environ
    follow_choice("no address")
    assert "HF_ENDPOINT" not in os.environ
    follow_choice(HF_MIRROR)
    assert (os.environ["HF_ENDPOINT"], os.environ[NO_TOKEN]) == (HF_MIRROR, "1")
    monkeypatch.setenv("HF_ENDPOINT", "https://one.example.org")
    monkeypatch.setenv(NO_TOKEN, "0")
    follow_choice(HF_MIRROR)
    assert (os.environ["HF_ENDPOINT"], os.environ[NO_TOKEN]) == ("https://one.example.org", "0")
