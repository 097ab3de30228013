"""Questions that were passed over are not told to the model, and turns are numbered as they are kept."""

from __future__ import annotations

from workbench.chat.heard import heard, heard_numbers
from workbench.chat.turn import ChatTurn


def test_questions_that_another_one_follows_are_left_out() -> None:
    turns = [ChatTurn(role=role, content="") for role in ("user", "user", "assistant", "user", "user", "user")]  # type: ignore[arg-type]
    assert heard_numbers(turns) == [1, 2, 5]
    assert heard(turns) == [turns[1], turns[2], turns[5]]
    assert heard_numbers([]) == []
