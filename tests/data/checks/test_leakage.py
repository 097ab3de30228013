"""What evaluation and data know of each other."""

from __future__ import annotations

import pytest

from tests.data.checks.rows import A, Q, config_for, details, found, plain_rows, row
from tests.data.conftest import Write
from workbench.data.checks import check_data

LEAK = "rows that ask a question of the probe files; the scores would say nothing about new questions"
NONE_IN_DATA = "most rows have no system text, but the evaluation questions are asked with one"
NONE_ASKED = "most rows have a system text, but the evaluation questions are asked without one"
ANOTHER = "most rows have another system text than the one that the evaluation questions are asked with"


@pytest.mark.parametrize("question", ["Who are you?", "who are  YOU", "Ｗｈｏ are you?!"])
@pytest.mark.parametrize("field", ["identity_probes", "retention_probes"])
def test_a_row_that_asks_a_probe_is_found_whatever_its_case_and_punctuation(
    write: Write, question: str, field: str
) -> None:
    probes = write([{"question": "Hi?", "answers": ["Hi"]}, {"question": "Who are you?", "answers": ["A"]}], "p.json")
    path = write([*plain_rows(20), row(("user", question), A)], "d/data.json")
    report = check_data(str(path), config_for(path, **{field: str(probes)}))
    assert found(report) == {LEAK: ["data.json:21"]}
    assert details(report, LEAK) == ["= p.json:2"]


def test_questions_of_signs_only_are_compared_too(write: Write) -> None:
    probes = write([{"question": "?!", "answers": ["A"]}], "p.json")
    path = write([*plain_rows(20), row(("user", "..."), A)], "d/data.json")
    assert check_data(str(path), config_for(path, identity_probes=str(probes))).findings == []


def test_probes_that_cannot_be_read_are_a_finding(write: Write) -> None:
    path = write(plain_rows(3))
    report = check_data(str(path), config_for(path, identity_probes="nowhere.json"))
    assert report.has_warnings
    assert report.findings[0].places == ["nowhere.json"]


def with_system(text: str, count: int) -> list[dict[str, object]]:
    return [row(("system", text), ("user", f"question {number}"), A) for number in range(count)]


@pytest.mark.parametrize(
    ("rows", "system", "what"),
    [
        (plain_rows(5), "Be kind.", NONE_IN_DATA),
        (with_system("Be kind.", 5), "", NONE_ASKED),
        (with_system("Be kind.", 5), "Be brief.", ANOTHER),
        (with_system("Be kind.", 5), " Be kind. ", None),
        (plain_rows(5), "", None),
        ([*with_system("Be kind.", 4), *plain_rows(5)], "", None),
        ([*with_system("Be kind.", 3), *with_system("Be brief.", 3)], "", None),
    ],
)
def test_a_system_text_that_differs_from_the_evaluations_is_told(
    write: Write, rows: list[dict[str, object]], system: str, what: str | None
) -> None:
    path = write(rows)
    told = found(check_data(str(path), config_for(path, system=system)))
    assert told == ({what: ["data.json:1"]} if what else {})


def test_the_remedy_shows_a_long_system_text_in_short(write: Write) -> None:
    path = write([row(("system", "Be kind.\n" * 50), Q, A)])
    (finding,) = check_data(str(path), config_for(path)).findings
    assert len(finding.fix) < 150
    assert finding.fix.endswith("…")
