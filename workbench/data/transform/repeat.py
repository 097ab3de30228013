"""The same rows several times over."""

from __future__ import annotations

from pathlib import Path

from workbench.data.transform.image_paths import ImagePaths
from workbench.data.transform.output import writing
from workbench.data.transform.rows import RowSource
from workbench.data.transform.totals import Totals, Written
from workbench.errors import WorkbenchError
from workbench.i18n import _


def repeat_rows(source: RowSource, times: int, out: Path, *, force: bool = False) -> Written:
    """Write all rows as they are, then all again, and so on.

    Raises:
        WorkbenchError: a row cannot be read, or the output cannot be written.
    """
    totals = Totals()
    images = ImagePaths([source], out)
    with writing(out, force=force, sources=source.files) as writer:
        for passed in range(times):
            for file, _number, row in source.raw():
                writer.write(images.row(file, row))
                totals.written += 1
                totals.read += passed == 0
        if not totals.read:
            raise WorkbenchError(_("There is no row to repeat."), where=source.data_path)
    totals.take_bad(source.bad)
    said = _("{rows} rows written: {times} times {kept}.").format(rows=totals.written, times=times, kept=totals.kept)
    return Written(totals, {"out": out}, [said, *images.sentences()], {"times": times, **images.facts()})
