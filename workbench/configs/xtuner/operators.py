"""Operators of expressions, on values that are known."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from workbench.configs.xtuner import limits
from workbench.configs.xtuner.limits import CannotReadError, comparable
from workbench.configs.xtuner.values import Settings, Value
from workbench.i18n import _


def _united(left: Value, right: Value) -> Settings:
    if isinstance(left, Settings) and isinstance(right, Settings):
        return Settings(left | right, left.places | right.places)
    raise CannotReadError(_("uses a value that is not a dict"))


_BINARY: dict[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: limits.added,
    ast.Sub: limits.subtracted,
    ast.Mult: limits.multiplied,
    ast.Div: limits.divided,
    ast.FloorDiv: limits.floor_divided,
    ast.Mod: limits.remainder,
    ast.Pow: limits.raised,
    ast.LShift: limits.shifted,
    ast.BitOr: _united,
}
_UNARY: dict[type[ast.unaryop], Callable[[Value], Value]] = {
    ast.USub: lambda value: -limits.number(value),
    ast.UAdd: limits.number,
    ast.Not: operator.not_,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: lambda left, right: left is right,
    ast.IsNot: lambda left, right: left is not right,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
_CONVERSIONS: dict[int, Callable[[Value], str]] = {-1: str, ord("s"): str, ord("r"): repr, ord("a"): ascii}


def joined_by(how: ast.operator, left: Value, right: Value) -> Value:
    """Two values joined by an operator such as ``+``.

    Raises:
        CannotReadError: the operator is not one that configs use, or the result would be too large.
    """
    operation = _BINARY.get(type(how))
    if operation is None:
        raise CannotReadError(_("is Python code that would have to be run"))
    return operation(left, right)


def changed_by(how: ast.unaryop, value: Value) -> Value:
    """A value behind an operator such as ``-``.

    Raises:
        CannotReadError: the operator is not one that configs use.
    """
    operation = _UNARY.get(type(how))
    if operation is None:
        raise CannotReadError(_("is Python code that would have to be run"))
    return operation(value)


def holds(how: ast.cmpop, left: Value, right: Value) -> bool:
    """Whether a comparison holds.

    Raises:
        CannotReadError: the values hold too much to be compared.
    """
    return bool(_COMPARISONS[type(how)](comparable(left), comparable(right)))


def written_as(value: Value, conversion: int, spec: str) -> str:
    """A value as ``{value!r:>5}`` in a formatted text writes it; ``conversion`` is that of the syntax tree.

    Raises:
        CannotReadError: it is no plain value, or would be too wide.
    """
    limits.refuse_wide(spec)
    shown = limits.scalar(value)
    return format(shown if conversion == -1 else _CONVERSIONS[conversion](shown), spec)
