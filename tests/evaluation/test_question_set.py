"""Probes as questions, and the shares of their kinds and languages."""

from __future__ import annotations

from pathlib import Path

from workbench.data.probes import Probe
from workbench.evaluation.question_set import Outcome, ProbeSet, Question
from workbench.evaluation.scores import Share, shares_by
from workbench.evaluation.tables import table_rows, tables_json

_PROBES = [
    Probe(question="Colour?", answers=["red"], image="/a.png", kind="colour", language="en"),
    Probe(question="颜色？", answers=["红"], image="/a.png", kind="colour", language="zh"),
    Probe(question="Shape?", answers=["round"], system="S", kind="shape", language="en"),
]


def test_probes_are_asked_with_their_pictures_and_system_texts() -> None:
    assert ProbeSet("seeing", _PROBES).questions == [
        Question("1", "Colour?", [Path("/a.png")]),
        Question("2", "颜色？", [Path("/a.png")]),
        Question("3", "Shape?", [], "S"),
    ]


def test_shares_are_told_by_kind_and_by_language() -> None:
    outcome = ProbeSet("seeing", _PROBES).outcome(["Red.", "蓝", "round"])
    assert outcome.score is not None
    assert outcome.score.right == 2
    assert outcome.tables == {
        "kind": {"colour": Share(1, 2), "shape": Share(1, 1)},
        "language": {"en": Share(2, 2), "zh": Share(0, 1)},
    }


def test_probes_without_kinds_have_no_tables() -> None:
    assert ProbeSet("identity", [Probe(question="Q", answers=["A"])]).outcome(["A"]).tables == {}


def test_what_is_of_no_group_is_left_out() -> None:
    assert shares_by(["b", "", "a", "b"], [True, True, False, False]) == {"a": Share(0, 1), "b": Share(1, 2)}


def test_tables_are_written_and_read_again(tmp_path: Path) -> None:
    outcome = ProbeSet("seeing", _PROBES).outcome(["Red.", "蓝", "round"])
    ((name, text),) = tables_json({"last": {"seeing": outcome, "identity": Outcome(None)}}).items()
    (tmp_path / name).write_text(text)
    kinds, languages = table_rows(tmp_path / name)
    assert kinds == [("kind", "seeing of last", ""), ("colour", "50.0%", "1/2"), ("shape", "100.0%", "1/1")]
    assert languages[1:] == [("en", "100.0%", "2/2"), ("zh", "0.0%", "0/1")]


def test_without_tables_there_is_no_file() -> None:
    assert tables_json({"last": {"identity": Outcome(None)}}) == {}
