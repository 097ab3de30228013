"""How much may be asked, and what it has cost so far."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from workbench.errors import WorkbenchError
from workbench.i18n import _

_MILLION = 1_000_000


class Limits(BaseModel):
    """Limits of a sheet as a whole, earlier starts included; None is no limit.

    Args:
        max_rows: pictures or rows that may be asked about, whether a usable answer comes or not.
        max_cost: USD.
        price_in: USD for a million tokens that are sent.
        price_out: USD for a million tokens that come back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_rows: int | None = None
    max_cost: float | None = None
    price_in: float | None = None
    price_out: float | None = None

    def check(self) -> None:
        """Raise if a cost is limited that cannot be reckoned.

        Raises:
            WorkbenchError: the prices are not known.
        """
        if self.max_cost is not None and (self.price_in is None or self.price_out is None):
            raise WorkbenchError(
                _("A limit on the cost needs the prices of the model."),
                where="max_cost",
                fix=_(
                    "Name them in USD for a million tokens: --price-in 0.4 --price-out 1.6; in the app, fill in both prices."
                ),
            )

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """USD for so many tokens; 0 without prices."""
        return (tokens_in * (self.price_in or 0.0) + tokens_out * (self.price_out or 0.0)) / _MILLION


class Spending:
    """What the answers have cost. ``dearest``: USD for the most expensive picture or row, which the next may cost."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.tokens_in = 0
        self.tokens_out = 0
        self.dearest: float | None = None

    @property
    def cost(self) -> float:
        return self._limits.cost(self.tokens_in, self.tokens_out)

    def add(self, tokens_in: int, tokens_out: int) -> None:
        """Add what one picture or row took, all its attempts together."""
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out
        if tokens_in or tokens_out:
            self.dearest = max(self.dearest or 0.0, self._limits.cost(tokens_in, tokens_out))

    def allows(self, in_flight: int) -> bool:
        """Whether one more may be asked for while so many are under way.

        Until one has come back its cost is unknown, so that the first goes alone.
        """
        if self._limits.max_cost is None:
            return True
        if self.dearest is None:
            return in_flight == 0
        return self.cost + (in_flight + 1) * self.dearest <= self._limits.max_cost

    def allows_again(self, tokens_in: int, tokens_out: int) -> bool:
        """Whether another attempt may be made at what took so many tokens already, and as many again."""
        limit = self._limits.max_cost
        return limit is None or self.cost + 2 * self._limits.cost(tokens_in, tokens_out) <= limit
