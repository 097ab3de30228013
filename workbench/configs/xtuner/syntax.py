"""An XTuner 0.1 config file as plain data, read off its syntax tree. Nothing of the file is ever run.

The files are Python in the style of MMEngine's lazy configs (https://github.com/open-mmlab/mmengine, ``docs/en/
advanced_tutorials/config.md``): settings by name, then nested ``dict(type=…)``.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from pathlib import Path

from workbench.configs.xtuner.bases import Bases
from workbench.configs.xtuner.expressions import Expressions
from workbench.configs.xtuner.limits import MOST_BYTES, Budget, CannotReadError, OutOfBudgetError
from workbench.configs.xtuner.statements import Statements
from workbench.configs.xtuner.values import Place, Settings, Source, Unreadable
from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _


@dataclass(frozen=True)
class ConfigTree:
    """All names that a config defines, and what in it has no value that can be read off.

    A name whose value is `Unreadable`, or that holds one, is in both.
    """

    file: Path
    names: Settings
    unread: list[Unreadable]


def read_tree(file: Path) -> ConfigTree:
    """The names of a config file, those of the files that it builds on included.

    Raises:
        WorkbenchError: the file cannot be read, is no Python, or is too large; ``where`` is ``file:row``.
    """
    reader = _Reader(file)
    return ConfigTree(file, reader.names_of(file), reader.unread)


class _Reader:
    """Reads the files of one config, each with the files that it builds on."""

    def __init__(self, config: Path) -> None:
        self._root = config.parent
        self._budget = Budget()
        self._open: list[Path] = []
        self.unread: list[Unreadable] = []

    def names_of(self, file: Path) -> Settings:
        """The names that one file defines."""
        if file.resolve() in self._open:
            raise CannotReadError(_("builds on itself"))
        tree, source = _parsed(file)
        names = Settings({"__name__": file.stem, "__file__": str(file)})
        statements = Statements(
            Expressions(names, source, self._budget, self.unread), Bases(file, self._root, self.names_of)
        )
        self._open.append(file.resolve())
        try:
            statements.follow(tree.body)
            statements.take_base_files()
        except OutOfBudgetError as error:
            raise WorkbenchError(
                _("The config computes too much to be read."),
                where=str(Place(file, statements.row)),
                fix=_("Write the values down instead."),
            ) from error
        finally:
            self._open.pop()
        return Settings({name: value for name, value in names.items() if name not in _GIVEN}, names.places)


_GIVEN = ("__name__", "__file__")


def _parsed(file: Path) -> tuple[ast.Module, Source]:
    text = _text(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # unknown escapes in texts, which Python reads all the same
            return ast.parse(text), Source(file, text.splitlines())
    except SyntaxError as error:
        raise WorkbenchError(
            _("This is not valid Python: {problem}").format(problem=error.msg),
            where=f"{file}:{error.lineno or 1}",
            fix=_("Mend the row, or take the file as it was."),
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise WorkbenchError(
            _("This is not valid Python, or nested too deeply."),
            where=str(file),
            fix=_("Mend the row, or take the file as it was."),
        ) from error


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise WorkbenchError(
                _("The file is too large to be a config."),
                where=str(file),
                fix=_("Name the config, a file of some kilobytes."),
            )
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise WorkbenchError(
            _("The config file is not UTF-8 text."), where=str(file), fix=_("Save it again as UTF-8.")
        ) from error
    except OSError as error:
        raise WorkbenchError(
            _("The config file cannot be read: {reason}").format(reason=system_reason(error)),
            where=str(file),
            fix=_("Check the path, and who may read it."),
        ) from error
