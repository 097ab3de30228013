"""The equation solver."""

from __future__ import annotations

import re
from typing import Any

import sympy

from workbench.agent.tools.calculator import as_text
from workbench.agent.tools.expression import parsed, without_thousands
from workbench.agent.tools.settings import ToolError, ToolSettings

ALWAYS, NEVER = "it is always true", "there is no solution"
_MOST_EQUATIONS = 10
_MOST_SOLUTIONS = 20
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
    unknowns = sorted({symbol for one in equations for symbol in one.free_symbols}, key=str)
    if not unknowns:
        return ALWAYS if all(one == 0 for one in equations) else NEVER
    try:
        solutions = sympy.solve(equations, unknowns, dict=True)
    except (NotImplementedError, TypeError, ValueError) as error:
        raise ToolError("no way to solve this is known") from error
    if not solutions:
        return ALWAYS if all(sympy.simplify(one) == 0 for one in equations) else NEVER
    lines = list(map(_solution, solutions[:_MOST_SOLUTIONS]))
    if (more := len(solutions) - len(lines)) > 0:
        lines.append(f"… and {more} more")
    if any(one.has(sympy.sin, sympy.cos, sympy.tan) for one in equations):
        lines.append("… and others, perhaps: sin, cos and tan repeat themselves")
    return "\n".join(lines)


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
    return ", ".join(f"{unknown} = {_value(value)}" for unknown, value in solution.items())


def _value(value: Any) -> str:
    """An exact value, with a decimal behind it where that is not the same text."""
    exact = str(value)
    if not value.is_number or value.is_Integer:
        return exact
    if not value.is_comparable:
        return exact
    decimal = as_text(value)
    return exact if decimal == exact else f"{exact} = {decimal}" if value.is_Rational else f"{exact} ≈ {decimal}"
