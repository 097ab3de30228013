"""Options of ``workbench chat`` that cannot be are refused before anything is loaded."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

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
    ],
)
def test_options_that_do_not_go_together_are_refused(options: tuple[str, ...], reason: str) -> None:
    result = CliRunner().invoke(build_app(), ["chat", "sample:model", *options, "-m", "?"])
    assert isinstance(result.exception, WorkbenchError)
    assert reason in result.exception.what
