"""The words that every command shares: the examples of its help, and what the option parser says.

The parser looks a part of its words up through the standard gettext, which `workbench.cli` points to our catalogue.
The rest is fixed English, and is translated here line by line before it is printed.
"""

from __future__ import annotations

import io
import re
from typing import Any

from workbench.data.wording import listed
from workbench.i18n import N_, _
from workbench.wrapping import wrapped

# Lines of the parser in English. A part in braces is any text, translated too if it is one of these.
_LINES = (
    N_("Try {command} for help."),
    N_("Error: {message}"),
    N_("Invalid value for {name}: {reason}"),
    N_("Invalid value: {reason}"),
    N_("Missing option {name}."),
    N_("Missing argument {name}."),
    N_("Missing option {name}. {reason}"),
    N_("Missing argument {name}. {reason}"),
    N_("Choose from:"),
    N_("No such option: {name} (Possible options: {names})"),
    N_("No such option: {name}"),
    N_("{problem}. Did you mean {names}?"),
    N_("Option {name} requires an argument."),
    N_("Option {name} does not take a value."),
    N_("Got unexpected extra argument(s) ({arguments})"),
    N_("{value} is not one of {names}."),
    N_("Input should be a valid integer, unable to parse string as an integer"),
    N_("Input should be a valid number, unable to parse string as a number"),
    N_("Input should be greater than or equal to {bound}"),
    N_("Input should be less than or equal to {bound}"),
    N_("Show this message and exit."),
)


_CHECKERS_WORDS = "Value error, "
"""What stands before a reason that a choice was refused for, and says nothing."""
_AS_IT_IS = "\b\n"
"""Before a paragraph, so that the parser does not break its lines."""


def _pattern(line: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(line)))


_PATTERNS = tuple((line, _pattern(line)) for line in _LINES)


def examples(text: str) -> str:
    """The end of a command's help: its examples, one a paragraph, under a heading."""
    heading = _("Examples:")
    return heading + "\n\n" + text.strip("\n")


def translated(line: str) -> str:
    """A line of the parser in the language of our texts; any other line as it is."""
    line = line.replace(_CHECKERS_WORDS, "")
    for known, pattern in _PATTERNS:
        if found := pattern.fullmatch(line):
            return _(known).format(**{name: _part(name, text) for name, text in found.groupdict().items()})
    return line


def _part(name: str, text: str) -> str:
    return listed(text.split(", ")) if name == "names" else translated(text)


def said_by(error: Any) -> str:
    """What the parser prints for an error of its own, translated."""
    said = io.StringIO()
    error.show(file=said)
    return "".join(translated(line) + "\n" for line in said.getvalue().splitlines())


def _in_lines(text: str, width: int) -> str:
    """A paragraph broken where it may be: the parser breaks words of a text that has no blanks, and counts no cells."""
    return text if text.isascii() else _AS_IT_IS + "\n".join(wrapped(text, indent="", width=width))


def speak_our_language(command: Any) -> None:
    """Translate the fixed words in the help of a command and of its subcommands."""
    context: Any = command.context_class

    class Formatter(context.formatter_class):  # type: ignore[misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or _("Usage:") + " ")

        def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
            said = [(name, translated(text)) for name, text in rows]
            names = min(max((len(name) for name, _text in said), default=0), col_max) + col_spacing
            width = self.width - names - self.current_indent
            super().write_dl([(name, _in_lines(text, width)) for name, text in said], col_max, col_spacing)

        def write_text(self, text: str) -> None:
            width = self.width - self.current_indent
            super().write_text("\n\n".join(_in_lines(part, width) for part in text.split("\n\n")))

    class Context(context):  # type: ignore[misc]
        formatter_class = Formatter

    command.context_class = Context
    for subcommand in getattr(command, "commands", {}).values():
        speak_our_language(subcommand)
