"""The calculator."""

from __future__ import annotations

from typing import Any

from workbench.agent.tools.expression import parsed, without_thousands
from workbench.agent.tools.settings import ToolError, ToolSettings

_DIGITS = 15


def run(arguments: dict[str, Any], settings: ToolSettings) -> str:
    """The value: whole numbers and short decimals exactly, others to 15 digits.

    Raises:
        ToolError: it is no expression with a value.
    """
    value = parsed(without_thousands(arguments["expression"]))
    if value.is_finite is False or value.is_comparable is False:
        raise ToolError("the expression has no real value")
    return as_text(value)


def as_text(value: Any) -> str:
    """A number as people write it."""
    if value.is_Integer:
        return str(value)
    if value.is_Rational and (exact := _decimal(int(value.p), int(value.q))) is not None:
        return exact
    number = value.evalf(_DIGITS)
    if not number.is_Float:
        return str(number)
    mantissa, mark, exponent = str(number).partition("e")
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + mark + exponent


def _decimal(numerator: int, denominator: int) -> str | None:
    """A fraction as a decimal of at most 15 places; None if it has none."""
    for places in range(1, _DIGITS + 1):
        whole, rest = divmod(abs(numerator) * 10**places, denominator)
        if rest == 0:
            digits = str(whole).rjust(places + 1, "0")
            return f"{'-' if numerator < 0 else ''}{digits[:-places]}.{digits[-places:]}"
    return None
