"""A conversation whose questions were edited, or answered anew: what was said before stays beside what is shown."""

from __future__ import annotations

from pydantic import BaseModel

from workbench.chat.turn import ChatTurn


class OtherWay(BaseModel):
    """How a conversation went on elsewhere: turns, and the forks among them, whose numbers count from its beginning."""

    turns: list[ChatTurn]
    forks: list[Fork] = []


class Fork(BaseModel):
    """A place where a conversation goes on in several ways, of which one is shown.

    Args:
        at: the number of the turn that differs.
        place: which of the ways is shown, from 0.
        others: the ways that are not shown, in their order.
    """

    at: int
    place: int
    others: list[OtherWay]


class Branched(BaseModel):
    """The turns that are shown, and the ways beside them."""

    turns: list[ChatTurn] = []
    forks: list[Fork] = []

    def way_at(self, number: int) -> tuple[int, int] | None:
        """Which of how many ways is shown from a turn on, counted from 1; None if there is but one."""
        fork = self._fork(number)
        return None if fork is None else (fork.place + 1, len(fork.others) + 1)

    def set_aside(self, number: int) -> None:
        """Take the turns from this number on out of sight, to go on in another way."""
        if number >= len(self.turns):
            return
        fork = self._fork(number)
        taken = self._cut(number)
        if fork is None:
            fork = Fork(at=number, place=0, others=[])
        fork.others.insert(fork.place, taken)
        fork.place = len(fork.others)
        self.forks.append(fork)

    def go_beside(self, number: int, step: int) -> bool:
        """Show the way before (-1) or after (1) the one that is shown from a turn on; False if there is none.

        A way in which nothing was said yet is not kept.
        """
        fork = self._fork(number)
        if fork is None:
            return False
        ways: list[OtherWay | None] = [*fork.others]
        ways.insert(fork.place, None)
        if not 0 <= fork.place + step < len(ways):
            return False
        left = self._cut(number)
        chosen = ways[fork.place + step]
        assert chosen is not None
        ways[fork.place] = left if left.turns else None
        kept = [way for way in ways if way is not None]
        place = next(index for index, way in enumerate(kept) if way is chosen)
        kept.pop(place)
        self.turns += chosen.turns
        if kept:
            self.forks.append(Fork(at=number, place=place, others=kept))
        self.forks += chosen.forks
        return True

    def _fork(self, number: int) -> Fork | None:
        return next((fork for fork in self.forks if fork.at == number), None)

    def _cut(self, number: int) -> OtherWay:
        """Remove the turns from a number on with their forks, and return them; the fork at the number goes too."""
        way = OtherWay(turns=self.turns[number:], forks=[fork for fork in self.forks if fork.at > number])
        del self.turns[number:]
        self.forks = [fork for fork in self.forks if fork.at < number]
        return way
