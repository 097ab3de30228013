"""Reading pickles that hold nothing but lists, dicts, tuples, numbers and text, without running what is in them."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _


class _PlainUnpickler(pickle.Unpickler):
    """Knows no class and no function, so that a pickle can only build plain values."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        raise pickle.UnpicklingError(_("it names {name}").format(name=f"{module_name}.{global_name}"))


def read_plain_pickle(path: Path) -> Any:
    """The content of a pickle of plain values; texts that Python 2 wrote are read as UTF-8.

    Raises:
        WorkbenchError: the file cannot be read, is damaged, or holds something that could run code.
    """
    try:
        with path.open("rb") as stream:
            return _PlainUnpickler(stream, encoding="utf-8", errors="replace").load()
    except OSError as error:
        raise WorkbenchError(
            _("The file cannot be read: {reason}").format(reason=system_reason(error)), where=str(path)
        ) from error
    except Exception as error:  # a damaged pickle makes the unpickler fail in any way
        raise WorkbenchError(
            _("The file cannot be read safely: {reason}").format(reason=str(error)[:300] or type(error).__name__),
            where=str(path),
            fix=_("It is damaged, or holds more than lists, numbers and text; nothing of it was run."),
        ) from error
