"""The equation solver."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sympy

from workbench.agent.tools.calculator import as_text
from workbench.agent.tools.expression import parsed, without_thousands
from workbench.agent.tools.settings import ToolError, ToolSettings

ALWAYS, NEVER, UNKNOWN = (
    "it is always true",
    "there is no solution",
    "no solution was found, which does not mean there is none",
)
_MOST_EQUATIONS = 10
_MOST_SOLUTIONS = 20
_DIGITS = 15
_EQUALS = re.compile(r"={1,2}|＝")


def run(arguments: dict[str, Any], settings: ToolSettings) -> str:
    """The solutions, one a line; each unknown is a letter.

    Raises:
        ToolError: it is no equation, or cannot be solved.
    """
    text = arguments["equation"]
    written = [part for part in re.split(r"[,;，；\n]", without_thousands(text)) if part.strip()]
    if not written or len(written) > _MOST_EQUATIONS:
        raise ToolError(f"write one to {_MOST_EQUATIONS} equations")
    equations = [_equation(part) for part in written]
    unknowns = sorted({symbol for one in equations for symbol in one.free_symbols}, key=_is_asked_for)
    if not unknowns:
        return ALWAYS if all(one == 0 for one in equations) else NEVER
    if any(one.has(sympy.Abs) for one in equations):  # which means little of numbers that are not real
        real = {unknown: sympy.Symbol(unknown.name, real=True) for unknown in unknowns}
        equations, unknowns = [one.subs(real) for one in equations], list(real.values())
    try:
        # one equation of one unknown by itself: in a list it has no roots that radicals cannot write
        asked = (equations[0], unknowns[0]) if len(equations) == 1 else (equations, unknowns[: len(equations)])
        solutions = sympy.solve(*asked, dict=True)
    except (NotImplementedError, TypeError, ValueError) as error:
        raise ToolError("no way to solve this is known") from error
    if not solutions:
        return _nothing_found(equations, unknowns)
    lines = list(map(_solution, solutions[:_MOST_SOLUTIONS]))
    if (more := len(solutions) - len(lines)) > 0:
        lines.append(f"… and {more} more")
    if any(one.has(sympy.sin, sympy.cos, sympy.tan) for one in equations):
        lines.append("… and others, perhaps: sin, cos and tan repeat themselves")
    elif any(one.has(sympy.exp, sympy.log) for one in equations):
        lines.append("… and others, perhaps")
    return "\n".join(lines)


def _is_asked_for(unknown: Any) -> tuple[bool, str]:
    """Of more letters than equations the first are solved for: x, y and z, which mostly are the unknowns."""
    return str(unknown) not in {"x", "y", "z"}, str(unknown)


def _nothing_found(equations: Sequence[Any], unknowns: Sequence[Any]) -> str:
    """Why there are no solutions: only of polynomials is it known that there are none (Hilbert's Nullstellensatz)."""
    if all(sympy.simplify(one) == 0 for one in equations):
        return ALWAYS
    if not all(one.is_polynomial(*unknowns) for one in equations):
        return UNKNOWN
    return NEVER if sympy.groebner(equations, *unknowns).exprs == [1] else UNKNOWN


def _equation(text: str) -> Any:
    """What is to be zero."""
    sides = _EQUALS.split(text)
    if len(sides) > 2:
        raise ToolError(f"more than one equals sign: {text.strip()}")
    left, right = (parsed(side, unknowns=True) for side in (sides[0], sides[1] if len(sides) == 2 else "0"))
    if len(sides) == 1 and not left.free_symbols:
        raise ToolError(f"not an equation: {text.strip()}")
    return left - right


def _solution(solution: dict[Any, Any]) -> str:
    return ", ".join(f"{unknown} = {_value(value)}".replace("= ≈", "≈") for unknown, value in solution.items())


def _value(value: Any) -> str:
    """An exact value, with a decimal behind it where that is not the same text."""
    exact = str(value)
    if not value.is_number or value.is_Integer:
        return exact
    if value.has(sympy.CRootOf):  # no radicals write it
        return f"≈ {as_text(value) if value.is_comparable else value.evalf(_DIGITS)}"
    if not value.is_comparable:
        return exact
    decimal = as_text(value)
    return exact if decimal == exact else f"{exact} = {decimal}" if value.is_Rational else f"{exact} ≈ {decimal}"
