"""What the model gave to the answers before it was trained: computed once at the start, and kept for going on.

So no second model is held in memory, no step computes anything twice, and it makes no difference whether every weight
or an adapter is trained, whether the adapter begins as nothing, and whether weights are spread over processes. It is
sound because the model before training never changes and is asked without dropout.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.training.preference.pairs import PairRows

FILE = "reference.safetensors"


def kept_reference(folder: Path, rows: Mapping[str, PairRows]) -> None:
    """Give rows the reference that the beginning of this run has kept.

    Args:
        rows: the rows of the training and of its validation, by name.

    Raises:
        WorkbenchError: there is none, or it is of other rows.
    """
    try:
        with safe_open(folder / FILE, "pt") as file:
            known = file.metadata() or {}
            found = {name: file.get_tensor(name) for name, some in rows.items() if known.get(name) == _digest(some)}
    except (OSError, SafetensorError) as error:
        raise _no_reference(folder) from error
    if found.keys() != rows.keys():
        raise _no_reference(folder)
    for name, some in rows.items():
        some.reference = found[name]


def keep_reference(folder: Path, rows: Mapping[str, PairRows]) -> None:
    """Write the reference of some rows for `kept_reference`."""
    folder.mkdir(exist_ok=True)
    known = {name: some.reference for name, some in rows.items() if some.reference is not None}
    write_atomic(folder / FILE, save(known, {name: _digest(rows[name]) for name in known}))


def _digest(rows: PairRows) -> str:
    """What tells the rows of one data set from another's."""
    return hashlib.blake2b(rows.rows.lengths().tobytes(), digest_size=16).hexdigest()


def _no_reference(folder: Path) -> WorkbenchError:
    return WorkbenchError(
        _("What the model gave to the answers before its training is not there any more, or is of other data."),
        where=str(folder / FILE),
        fix=_("Begin the training anew, without --resume."),
    )
