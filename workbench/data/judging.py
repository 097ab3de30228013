"""Rules by which an answer to a question counts as right, of which each knows the answers that are expected."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from workbench.i18n import N_, _

if TYPE_CHECKING:
    from workbench.data.probes import Probe

Match = Literal["exact", "contains", "regex", "number", "choice", "one_of", "call"]
"""exact: the whole answer; contains: somewhere in it, not inside a longer word or number; regex: a pattern is found in
it; number: the last number in it; choice: the letter it settles on; one_of: the only one of ``options`` that it names;
call: it calls tools, with arguments that they take (who asks a model reads its calls: `workbench.evaluation.calls`)."""
CallProtocol = Literal["tool_calls", "internlm2_plugin", "react", "moss"]
"""How calls are written: the names of the protocols of `workbench.agent`."""
REGEX_SECONDS = 0.5
"""A pattern that takes longer with an answer counts as not found."""
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?|[-+]?\.\d+", re.IGNORECASE)
_LATIN = "a-zß-ɏͰ-ԯ"
"""Small letters of scripts that part words with blanks: Latin, Greek, Cyrillic."""
_EDGES = (
    (re.compile(r"[0-9]"), r"(?<![0-9])(?<![0-9]\.)", r"(?!\.?[0-9])(?!,[0-9]{3}(?![0-9]))"),
    (re.compile(rf"[{_LATIN}]"), rf"(?<![{_LATIN}])", rf"(?![{_LATIN}])"),
)
"""Characters that others may go on, and what says that none before and none behind does."""
_LETTERS = (
    re.compile(r"\W*([A-Ja-j])\W*"),  # nothing else
    re.compile(r"(?:answer|option|choice|答案|选项?)\W*(?:is|[是为])?\W*([A-J])(?![A-Za-z])", re.IGNORECASE),
    re.compile(r"\W*([A-J])[.):：、）]"),  # at the beginning, as in a list
    re.compile(r"(?<![A-Za-z0-9])([A-J])(?![A-Za-z0-9])"),
)


def is_expected(probe: Probe, answer: str) -> bool:
    """Whether an answer is one that the probe expects, by the probe's rule.

    Raises:
        KeyError: the rule is ``call``.
    """
    return _RULES[probe.match](probe, answer)


def rule_problem(probe: Probe) -> tuple[str, str] | None:
    """The field of a probe that its rule cannot work with, and why; None if there is none."""
    match probe.match:
        case "regex":
            return next(filter(None, map(_pattern_problem, range(len(probe.answers)), probe.answers)), None)
        case "number":
            wrong = next((place for place, text in enumerate(probe.answers) if number_in(text) is None), None)
            return None if wrong is None else (f"answers.{wrong}", _("the field must be a number"))
        case "choice":
            wrong = next((place for place, text in enumerate(probe.answers) if not re.fullmatch("[A-J]", text)), None)
            return None if wrong is None else (f"answers.{wrong}", _("the field must be a letter from A to J"))
        case "one_of":
            if len(probe.options) < 2:
                return "options", _("with match: one_of, options must list what an answer can be")
            wrong = _first_outside(probe.answers, probe.options)
            return None if wrong is None else (f"answers.{wrong}", _("the answer is none of the options"))
        case "call":
            if not probe.tools:
                return "tools", _("with match: call, tools must list what can be called")
            wrong = _first_outside(probe.answers, [tool.name for tool in probe.tools])
            return None if wrong is None else (f"answers.{wrong}", _("the answer is none of the tools"))
    return None


def _first_outside(answers: Sequence[str], known: Sequence[str]) -> int | None:
    return next((place for place, text in enumerate(answers) if text not in known), None)


def number_in(answer: str) -> float | None:
    """The last number in an answer; commas may part thousands."""
    found = _NUMBER.findall(unicodedata.normalize("NFKC", answer))
    return float(found[-1].replace(",", "")) if found else None


def letter_of(answer: str) -> str | None:
    """The letter A to J that an answer settles on: alone, after "answer" or "答案", at its beginning, or first."""
    alone = _LETTERS[0].fullmatch(answer)
    found = alone or next((match for pattern in _LETTERS[1:] if (match := _first(pattern, answer))), None)
    return found[1].upper() if found else None


def only_option(options: Sequence[str], answer: str) -> str | None:
    """The only option that an answer names; None if it names none or several. A longer one hides those within it."""
    left, named = _folded(answer), []
    for option in sorted(options, key=len, reverse=True):
        if _folded(option) in left:
            named.append(option)
            left = left.replace(_folded(option), " ")
    return named[0] if len(named) == 1 else None


def _first(pattern: re.Pattern[str], answer: str) -> re.Match[str] | None:
    return pattern.match(answer) if pattern is _LETTERS[2] else pattern.search(answer)


def _folded(text: str) -> str:
    return text.strip().casefold()


def _is_exact(probe: Probe, answer: str) -> bool:
    return _folded(answer) in [_folded(text) for text in probe.answers]


def _contains(probe: Probe, answer: str) -> bool:
    return any(stands_in(text, answer) for text in probe.answers)


def stands_in(text: str, answer: str) -> bool:
    """Whether a text occurs in an answer as it is, not as a part of a longer word or number; without regard to case."""
    text = _folded(text)
    before = next((bound for kind, bound, _after in _EDGES if kind.match(text[:1])), "")
    after = next((bound for kind, _before, bound in _EDGES if kind.match(text[-1:])), "")
    return re.search(before + re.escape(text) + after, _folded(answer)) is not None


def _is_found(probe: Probe, answer: str) -> bool:
    import regex

    try:
        return any(regex.search(pattern, answer, timeout=REGEX_SECONDS) for pattern in probe.answers)
    except TimeoutError:
        return False


def _is_number(probe: Probe, answer: str) -> bool:
    given = number_in(answer)
    if given is None:
        return False
    expected = [number for text in probe.answers if (number := number_in(text)) is not None]
    return any(math.isclose(given, number, rel_tol=1e-9, abs_tol=probe.tolerance) for number in expected)


def _is_choice(probe: Probe, answer: str) -> bool:
    return letter_of(answer) in probe.answers


def _is_option(probe: Probe, answer: str) -> bool:
    return only_option(probe.options, answer) in probe.answers


_PATTERN_REASONS = (
    N_("missing )"),
    N_("unbalanced parenthesis"),
    N_("unterminated character set"),
    N_("bad character range"),
    N_("nothing to repeat"),
    N_("multiple repeat"),
    N_("bad escape (end of pattern)"),
    N_("invalid group reference"),
)
"""What is mostly wrong with a pattern, in the words of `regex`, to be translated."""


def _pattern_problem(place: int, pattern: str) -> tuple[str, str] | None:
    import regex

    try:
        regex.compile(pattern)
    except regex.error as error:
        said = _("not a regular expression: {reason} at character {number}")
        return f"answers.{place}", said.format(reason=_(error.msg), number=error.pos + 1)
    return None


_RULES: dict[Match, Callable[[Probe, str], bool]] = {
    "exact": _is_exact,
    "contains": _contains,
    "regex": _is_found,
    "number": _is_number,
    "choice": _is_choice,
    "one_of": _is_option,
}
