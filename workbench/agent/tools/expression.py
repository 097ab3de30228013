"""Mathematics as people and models write it, as sympy objects: built from Python's syntax tree, never run.

What is not in the tables of this file is refused, so that no text can reach anything but numbers and these functions.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import sympy

from workbench.agent.tools.settings import ToolError

_MOST_CHARACTERS = 2000
_MOST_BITS = 14_000
"""Some 4,200 digits; Python writes out no whole number of more than 4,300."""
_MOST_TENS = 4_000
_DEEPEST = 100
_CONSTANTS = {"pi": sympy.pi, "e": sympy.E, "E": sympy.E}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sqrt": sympy.sqrt,
    "exp": sympy.exp,
    "ln": sympy.log,
    "log": sympy.log,
    "log10": lambda value: sympy.log(value, 10),
    "log2": lambda value: sympy.log(value, 2),
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "asin": sympy.asin,
    "acos": sympy.acos,
    "atan": sympy.atan,
    "abs": sympy.Abs,
    "min": sympy.Min,
    "max": sympy.Max,
    "floor": sympy.floor,
    "ceil": sympy.ceiling,
    "round": lambda value: sympy.floor(value + sympy.Rational(1, 2)),
    "gcd": sympy.gcd,
    "lcm": sympy.lcm,
}
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / _not_zero(right),
    ast.FloorDiv: lambda left, right: sympy.floor(left / _not_zero(right)),
    ast.Mod: lambda left, right: sympy.Mod(left, _not_zero(right)),
}
_SIGNS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "^": "**", "π": "pi", "√": "sqrt"})
_FACTOR = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)(?=[A-Za-z(])(?![eE][-+]?\d)")
_THOUSANDS = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?![\d])")
_OF_SEVERAL = re.compile(r"\b(?:log|min|max|gcd|lcm)\s*\(")
_RAISED = re.compile("[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_LOWERED = re.compile("(?<=log)[₀-₉]+")
_ROOT = re.compile(r"√\s*(\d+(?:\.\d+)?|[A-Za-z]\b)")
_PERCENT = re.compile(r"%\s*(?![\w.\s])")
"""A remainder has a number or a name behind the sign; before anything else ``%`` is meant as percent."""
_FACTORIAL = re.compile(r"(?<![\w.])(\d+)!(?!=)")


def parsed(text: str, *, unknowns: bool = False) -> Any:
    """The expression of a text; ``2x``, ``^`` and ``×`` are understood.

    Args:
        unknowns: whether names of one letter are unknowns.

    Raises:
        ToolError: it is no expression, or holds something that is not in the tables.
    """
    require_short(text)
    if _PERCENT.search(_plain(text)):
        raise ToolError("% stands for a remainder, as in 7 % 4; write 15% as 15/100")
    try:
        python = _as_python_writes(text)
        tree = ast.parse(python, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ToolError(f"not an expression: {text.strip()}") from error
    return _built(tree.body, python, unknowns, 0)


def _as_python_writes(text: str) -> str:
    """
    Raises:
        ValueError: a digit is raised, lowered or circled in a way that means nothing here.
    """
    text = _RAISED.sub(lambda match: f"**({_plain(match[0])})", text)
    text = _LOWERED.sub(lambda match: _plain(match[0]), text)
    if any(unicodedata.category(character) == "No" for character in text):
        raise ValueError(text)
    text = _FACTORIAL.sub(r"factorial(\1)", _ROOT.sub(r"sqrt(\1)", _plain(text)))
    return _FACTOR.sub(r"\1*", text.translate(_SIGNS)).strip()


def _plain(text: str) -> str:
    """Full width, raised and lowered characters as usual ones."""
    return unicodedata.normalize("NFKC", text)


def require_short(text: str) -> None:
    """
    Raises:
        ToolError: the text is too long for any sum or equation.
    """
    if len(text) > _MOST_CHARACTERS:
        raise ToolError(f"the text is too long: {len(text)} characters, at most {_MOST_CHARACTERS}")


def without_thousands(text: str) -> str:
    """The text with ``12,345`` as ``12345``.

    Raises:
        ToolError: it is too long, or the comma may as well part two numbers, as in ``max(1,234)``.
    """
    require_short(text)
    if _OF_SEVERAL.search(text) and (number := _THOUSANDS.search(text)):
        raise ToolError(f"{number[0]} may be one number or several: leave the comma out, or put a blank behind it")
    return _THOUSANDS.sub(lambda match: match[0].replace(",", ""), text)


def _built(node: ast.expr, python: str, unknowns: bool, depth: int) -> Any:
    if depth > _DEEPEST:
        raise ToolError("the expression is nested too deeply")

    def inside(part: ast.expr) -> Any:
        return _built(part, python, unknowns, depth + 1)

    match node:
        case ast.Constant(value=bool() | None):
            pass
        case ast.Constant(value=int() as number):
            return sympy.Integer(number)
        case ast.Constant(value=float()):
            return _decimal(str(ast.get_source_segment(python, node)))
        case ast.Name(id=name) if name in _CONSTANTS and not (unknowns and name == "E"):
            return _CONSTANTS[name]
        case ast.Name(id=name) if unknowns and len(name) == 1 and name.isalpha():
            return sympy.Symbol(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -inside(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return inside(operand)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(inside(left), inside(right))
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _BINARY:
            return _bounded(_BINARY[type(operator)](inside(left), inside(right)))
        case ast.Call(func=ast.Name(id="factorial"), args=[argument], keywords=[]):
            return _factorial(inside(argument))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS:
            return _applied(name, [inside(argument) for argument in arguments])
    raise ToolError(f"not allowed in an expression: {ast.unparse(node)[:80]}")


def _decimal(written: str) -> Any:
    """A number with a point or a power of ten, exactly as it is written."""
    if abs(int(written.lower().partition("e")[2] or "0")) > _MOST_TENS:
        raise ToolError("the number is too large or too small")
    return _bounded(sympy.Rational(written))


def _applied(name: str, arguments: list[Any]) -> Any:
    try:
        return _FUNCTIONS[name](*arguments)
    except (TypeError, ValueError) as error:
        raise ToolError(f"{name} does not take these arguments") from error


def _not_zero(value: Any) -> Any:
    if value.is_zero:
        raise ToolError("division by zero")
    return value


def _power(base: Any, exponent: Any) -> Any:
    """A power that is small enough to be worked out."""
    if base.is_zero and exponent.is_negative:
        raise ToolError("division by zero")
    if exponent.is_Rational and abs(exponent) > 1 and base.is_Rational:
        bits = max(int(base.p).bit_length(), int(base.q).bit_length())
        if bits > 1 and bits * abs(exponent) > _MOST_BITS:
            raise ToolError("the power is too large")
    elif exponent.is_Rational and abs(exponent) > 100 and not base.is_number:
        raise ToolError("the power is too large")
    return _bounded(base**exponent)


def _factorial(value: Any) -> Any:
    if not value.is_Integer or not 0 <= value <= 3000:
        raise ToolError("factorial takes a whole number from 0 to 3000")
    return _bounded(sympy.factorial(value))


def _bounded(value: Any) -> Any:
    if value.is_Rational and max(int(value.p).bit_length(), int(value.q).bit_length()) > _MOST_BITS:
        raise ToolError("the number is too large")
    return value
