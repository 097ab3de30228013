"""Options of ``workbench chat`` that cannot be are refused before anything is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from workbench.chat.endpoints import KnownEndpoint, keep_endpoint
from workbench.cli import build_app
from workbench.errors import WorkbenchError


@pytest.mark.parametrize(
    "option",
    [
        ("--seed", "4294967296"),
        ("--max-new-tokens", "131073"),
        ("--bits", "5"),
        ("--temperature", "nan"),
        ("--top-p", "1.1"),
        ("--repetition-penalty", "0"),
        ("--torch-dtype", "fp8"),
    ],
)
def test_a_value_out_of_its_range_is_refused(option: tuple[str, str]) -> None:
    result = CliRunner().invoke(build_app(), ["chat", "sample:model", *option, "-m", "?"])
    assert result.exit_code == 2
    assert option[0] in result.output


@pytest.mark.parametrize(
    "options, reason",
    [
        (("--system", "Be brief.", "--system-template", "sql"), "only one of them"),
        (("--system-template", "arxiv_gentle"), "no system text called arxiv_gentle"),
        (("-m", " "), "message is empty"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: tuple[str, ...], reason: str) -> None:
    result = CliRunner().invoke(build_app(), ["chat", "sample:model", *options, "-m", "?"])
    assert isinstance(result.exception, WorkbenchError)
    assert reason in result.exception.what


def test_settings_of_weights_are_refused_for_a_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path))
    keep_endpoint(KnownEndpoint(name="mine", url="http://127.0.0.1:9/v1", model="m"))
    options = ("--adapter", "./a", "--bits", "4", "--torch-dtype", "fp16")
    result = CliRunner().invoke(build_app(), ["chat", "endpoint:mine", *options, "-m", "?"])
    assert isinstance(result.exception, WorkbenchError)
    assert result.exception.where == "--adapter --bits --torch-dtype"


def test_on_a_terminal_the_app_opens_with_what_was_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: dict[str, Any] = {}
    monkeypatch.setattr("workbench.ui.terminal.has_full_screen", lambda _environment: True)
    monkeypatch.setattr("workbench.ui.launch.main", lambda **given: opened.update(given) or 0)
    options = ("--bits", "8", "--temperature", "0", "--tools", "clock", "--system", "Be brief.")
    result = CliRunner().invoke(build_app(), ["chat", "sample:model", *options])
    assert result.exit_code == 0, result.exception
    assert (opened["chosen"].model, opened["chosen"].bits) == ("sample:model", 8)
    assert (opened["settings"].temperature, opened["agent"].tools, opened["system"]) == (0, ("clock",), "Be brief.")
