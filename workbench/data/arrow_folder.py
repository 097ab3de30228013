"""Folders of Arrow files as the datasets library saves and loads them, written batch by batch without that library.

A folder holds ``data-00000-of-00001.arrow`` (an Arrow IPC stream), ``state.json`` (which names it) and
``dataset_info.json``; ``datasets.load_from_disk`` memory-maps it.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _

if TYPE_CHECKING:
    import pyarrow

DATA_FILE = "data-00000-of-00001.arrow"
STATE_FILE = "state.json"
INFO_FILE = "dataset_info.json"
_PARTIAL = ".partial-"


class ArrowFolderWriter:
    """Writes rows into a folder that appears under its name only when it is complete.

    An earlier folder of that name stays until then, and is replaced. Used as a context manager, an error inside the
    block removes what was written.

    Args:
        path: the folder.
        schema: the columns; every batch must have them.
        fingerprint: what identifies the content, letters and digits; drawn at random if empty.

    Raises:
        WorkbenchError: the place cannot be written, or holds something that is no such folder.
    """

    def __init__(self, path: Path, schema: pyarrow.Schema, fingerprint: str = "") -> None:
        import pyarrow

        self.path = path
        self.rows = 0
        self._fingerprint = fingerprint or os.urandom(8).hex()
        self._partial = path.with_name(f".{path.name}{_PARTIAL}{os.getpid()}")
        _refuse_others(path)
        try:
            self._partial.parent.mkdir(parents=True, exist_ok=True)
            _remove_leftovers(path)
            self._partial.mkdir()
            self._stream = pyarrow.OSFile(str(self._partial / DATA_FILE), "wb")
        except OSError as error:
            raise _not_written(path, error) from error
        self._writer = pyarrow.ipc.new_stream(self._stream, schema)

    def write(self, batch: pyarrow.RecordBatch) -> None:
        """Add rows.

        Raises:
            WorkbenchError: the disk is full or gone.
        """
        try:
            self._writer.write_batch(batch)
        except OSError as error:
            raise _not_written(self.path, error) from error
        self.rows += batch.num_rows

    def close(self) -> None:
        """Give the folder its name.

        Raises:
            WorkbenchError: the disk is full or gone; nothing is left then.
        """
        replaced = self._partial.with_name(f"{self._partial.name}-replaced")
        try:
            self._writer.close()
            self._stream.close()
            self._write_facts()
            if self.path.exists():
                self.path.rename(replaced)
            self._partial.rename(self.path)
        except OSError as error:
            shutil.rmtree(self._partial, ignore_errors=True)
            raise _not_written(self.path, error) from error
        shutil.rmtree(replaced, ignore_errors=True)

    def discard(self) -> None:
        """Leave nothing of what was written."""
        try:
            self._stream.close()
        finally:
            shutil.rmtree(self._partial, ignore_errors=True)

    def __enter__(self) -> ArrowFolderWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.discard()

    def _write_facts(self) -> None:
        state: dict[str, Any] = {
            "_data_files": [{"filename": DATA_FILE}],
            "_fingerprint": self._fingerprint,
            "_format_columns": None,
            "_format_kwargs": {},
            "_format_type": None,
            "_output_all_columns": False,
            "_split": None,
        }
        info = {"citation": "", "description": "", "homepage": "", "license": ""}
        for name, facts in ((STATE_FILE, state), (INFO_FILE, info)):
            (self._partial / name).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def is_arrow_folder(path: Path) -> bool:
    """Whether a folder is one that the datasets library saved."""
    return (path / STATE_FILE).is_file() and (path / INFO_FILE).is_file()


def _refuse_others(path: Path) -> None:
    """Raise if something stands there that an Arrow folder may not replace."""
    if not path.exists() or is_arrow_folder(path) or (path.is_dir() and not any(path.iterdir())):
        return
    raise WorkbenchError(
        _("Something else than a saved dataset is there, so it is not replaced."),
        where=str(path),
        fix=_("Choose another name, or remove it yourself."),
    )


def _remove_leftovers(path: Path) -> None:
    """Remove what processes that are gone left unfinished beside the folder."""
    import psutil

    start = f".{path.name}{_PARTIAL}"
    for leftover in path.parent.iterdir():
        owner = leftover.name.removeprefix(start).split("-")[0]
        if leftover.name.startswith(start) and owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(leftover, ignore_errors=True)


def _not_written(path: Path, error: OSError) -> WorkbenchError:
    return WorkbenchError(
        _("The dataset cannot be written: {reason}").format(reason=system_reason(error)), where=str(path)
    )
