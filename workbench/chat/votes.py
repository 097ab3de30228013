"""Votes for the better of several answers: a line each in the project's ``chats/votes.jsonl``, and who wins how often."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from workbench.chat.conversations import CHATS_FOLDER
from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _

VOTES_FILE = "votes.jsonl"


class Vote(BaseModel):
    """Which of several answers to a question is the best.

    Args:
        about: the conversation and the question in it; a later vote about the same takes the place of an earlier one.
        models: who answered, in a form that tells them apart; two or more.
        winner: one of them; None for a tie.
        blind: whether the names were hidden.
        time: seconds since the epoch.
    """

    about: str
    question: str
    models: list[str] = Field(min_length=2)
    winner: str | None
    blind: bool = False
    time: float = Field(default_factory=time.time)


@dataclass(frozen=True)
class Standing:
    """How a model fared against the others it was compared with.

    A vote over several answers counts once for each pair with the winner in it; a tie once for each pair.
    """

    model: str
    wins: int
    ties: int
    losses: int

    @property
    def win_rate(self) -> float:
        """The share of pairs that it won, 0–1; a tie is half a win."""
        return (self.wins + self.ties / 2) / (self.wins + self.ties + self.losses)


def keep_vote(project: Path, vote: Vote) -> None:
    """Append a vote; two apps may do so at the same time.

    Raises:
        WorkbenchError: the project folder cannot be written.
    """
    path = project / CHATS_FOLDER / VOTES_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as stream:
            stream.seek(max(stream.seek(0, 2) - 1, 0))
            torn = stream.read(1) not in {b"", b"\n"}
            stream.write(b"\n" * torn + vote.model_dump_json().encode() + b"\n")
    except OSError as error:
        raise WorkbenchError(
            _("The vote cannot be saved: {reason}").format(reason=system_reason(error)), where=str(path)
        ) from error


def kept_votes(project: Path) -> list[Vote]:
    """The project's votes, the last one about each question; lines that are no vote are passed over.

    Raises:
        WorkbenchError: the file cannot be read.
    """
    path = project / CHATS_FOLDER / VOTES_FILE
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise WorkbenchError(
            _("The votes cannot be read: {reason}").format(reason=system_reason(error)), where=str(path)
        ) from error
    return list({vote.about: vote for vote in _votes(lines)}.values())


def standings(votes: Iterable[Vote]) -> list[Standing]:
    """How each model fared, the one that wins most often first."""
    points: dict[str, list[int]] = {}
    for vote in votes:
        for one, other in combinations(vote.models, 2):
            if vote.winner in {one, other, None}:
                for model in (one, other):
                    place = 1 if vote.winner is None else 0 if vote.winner == model else 2
                    points.setdefault(model, [0, 0, 0])[place] += 1
    found = [Standing(model, *counts) for model, counts in points.items()]
    return sorted(found, key=lambda one: (-one.win_rate, -one.wins, one.model))


def _votes(lines: Iterable[bytes]) -> Iterator[Vote]:
    for line in lines:
        try:
            yield Vote.model_validate_json(line)
        except ValidationError:
            continue
