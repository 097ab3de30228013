"""How much a config may ask for: a text that would grow or compute without end is named instead of followed."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from workbench.configs.xtuner.values import Value, inner_values
from workbench.i18n import _

MOST_BYTES = 2_000_000
MOST_DEPTH = 120
MOST_CHARACTERS = 200_000
MOST_ITEMS = 100_000
_MOST_BITS = 512
_MOST_WORK = 400_000
_PERCENT_FIELD = re.compile(r"%(?:\([^)]*\))?[-#0 +]*(\*|\d+)?(?:\.(\*|\d+))?")
_NUMBER = re.compile(r"\d+")
_WIDEST_FIELD = 200

Scalar: TypeAlias = str | int | float | bool | None


class CannotReadError(Exception):
    """An expression has no value that can be read off; the text says why, one clause in the current language."""


class OutOfBudgetError(Exception):
    """The config as a whole computes too much; reading it has stopped."""


class Budget:
    """The work that reading one config may take, in evaluated nodes and copied characters or items."""

    def __init__(self) -> None:
        self._left = _MOST_WORK

    def spend_on(self, value: Value) -> None:
        """Take what it costs to make a value.

        Raises:
            CannotReadError: it is an endless number.
            OutOfBudgetError: the budget is used up.
        """
        if isinstance(value, int):
            small_enough(value.bit_length(), _MOST_BITS)
        self._left -= 1 + len(value) if isinstance(value, str | list | tuple | dict) else 1
        if self._left < 0:
            raise OutOfBudgetError


def small_enough(units: int, most: int) -> None:
    """Refuse a text or list that would become too long.

    Raises:
        CannotReadError: it would.
    """
    if units > most:
        raise CannotReadError(_("would become too large"))


def joined(parts: Iterable[str], separator: str = "") -> str:
    """The texts as one, if that is not too long."""
    texts = list(parts)
    small_enough(sum(map(len, texts)) + len(separator) * len(texts), MOST_CHARACTERS)
    return separator.join(texts)


def scalar(value: Value) -> Scalar:
    """The value if it is a text, a number, a truth value or None.

    Raises:
        CannotReadError: it is something else.
    """
    if value is None or isinstance(value, str | int | float):
        return value
    raise CannotReadError(_("uses a value that is neither text nor number"))


def number(value: Value) -> int | float:
    """The value if it is a number.

    Raises:
        CannotReadError: it is something else.
    """
    if isinstance(value, int | float):
        return value
    raise CannotReadError(_("uses a value that is not a number"))


def comparable(value: Value) -> Value:
    """The value if comparing it cannot take long.

    Raises:
        CannotReadError: it holds containers of containers.
    """
    if any(isinstance(inner, dict | list | tuple) for _name, inner in inner_values(value)):
        raise CannotReadError(_("compares nested values"))
    return value


def added(left: Value, right: Value) -> Value:
    """``left + right``."""
    if isinstance(left, str) and isinstance(right, str):
        return joined((left, right))
    for kind in (list, tuple):
        if isinstance(left, kind) and isinstance(right, kind):
            small_enough(len(left) + len(right), MOST_ITEMS)
            return kind((*left, *right))
    return number(left) + number(right)


def multiplied(left: Value, right: Value) -> Value:
    """``left * right``; a text or list may stand on either side."""
    for repeated, times in ((left, right), (right, left)):
        if isinstance(repeated, str | list | tuple) and isinstance(times, int):
            small_enough(len(repeated) * times, MOST_CHARACTERS if isinstance(repeated, str) else MOST_ITEMS)
            return repeated * times
    return number(left) * number(right)


def raised(left: Value, right: Value) -> Value:
    """``left ** right``."""
    base, exponent = number(left), number(right)
    if isinstance(base, int) and isinstance(exponent, int):
        small_enough(max(base.bit_length(), 1) * abs(exponent), _MOST_BITS)
    return number(base**exponent)


def shifted(left: Value, right: Value) -> Value:
    """``left << right``."""
    places = number(right)
    small_enough(int(places), _MOST_BITS)
    return operator.lshift(number(left), places)


def remainder(left: Value, right: Value) -> Value:
    """``left % right``, of numbers or as the older way of filling in a text."""
    if not isinstance(left, str):
        return number(left) % number(right)
    arguments = right if isinstance(right, tuple) else (right,)
    for width, precision in _PERCENT_FIELD.findall(left):
        refuse_wide(width + " " + precision)
    longest = max((len(str(scalar(argument))) for argument in arguments), default=0)
    small_enough(len(left) + left.count("%") * (longest + _WIDEST_FIELD), MOST_CHARACTERS)
    return left % right


def refuse_wide(spec: str) -> None:
    """Refuse a format such as ``:>1000000``, which makes a long text of a short one.

    Raises:
        CannotReadError: a number in it is too large, or is given from outside.
    """
    if "*" in spec or any(len(digits) > 3 or int(digits) > _WIDEST_FIELD for digits in _NUMBER.findall(spec)):
        raise CannotReadError(_("would become too large"))


def _plain(operation: Callable[[Any, Any], Any]) -> Callable[[Value, Value], Value]:
    return lambda left, right: operation(number(left), number(right))


subtracted = _plain(operator.sub)
divided = _plain(operator.truediv)
floor_divided = _plain(operator.floordiv)
