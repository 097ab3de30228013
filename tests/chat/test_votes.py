"""Votes on disk, and who wins how often."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.chat.votes import VOTES_FILE, Standing, Vote, keep_vote, kept_votes, standings
from workbench.errors import WorkbenchError


def vote(about: str, winner: str | None, *models: str) -> Vote:
    return Vote(about=about, question="Who?", models=list(models or ("a", "b")), winner=winner)


def test_a_later_vote_about_the_same_replaces_the_earlier_one_and_torn_lines_are_passed_over(tmp_path: Path) -> None:
    assert kept_votes(tmp_path) == []
    keep_vote(tmp_path, vote("one", "a"))
    path = tmp_path / "chats" / VOTES_FILE
    with path.open("a") as stream:
        stream.write('{"about": "torn')
    keep_vote(tmp_path, vote("two", None))
    keep_vote(tmp_path, vote("one", "b"))
    assert [(one.about, one.winner) for one in kept_votes(tmp_path)] == [("one", "b"), ("two", None)]


def test_a_vote_over_several_counts_for_each_pair_with_the_winner_and_a_tie_for_each_pair() -> None:
    found = standings([vote("1", "a", "a", "b", "c"), vote("2", None, "b", "c")])
    assert found == [Standing("a", 2, 0, 0), Standing("b", 0, 1, 1), Standing("c", 0, 1, 1)]
    assert [one.win_rate for one in found] == [1.0, 0.25, 0.25]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "chats").write_text("a file in its place")
    with pytest.raises(WorkbenchError, match="The vote cannot be saved"):
        keep_vote(tmp_path, vote("one", "a"))
