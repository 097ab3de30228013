"""K-quants, which only llama.cpp itself can make: through its ``llama-quantize``, if it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

PROGRAM = "llama-quantize"
K_QUANTS = {"q4_k_m": "Q4_K_M"}
"""Our name → that of the program."""


def require_program() -> str:
    """Where the program is.

    Raises:
        WorkbenchError: it is not installed.
    """
    found = shutil.which(PROGRAM)
    if found is None:
        raise WorkbenchError(
            _("q4_k_m can only be made by llama-quantize of llama.cpp, which is not on the PATH."),
            where="--type",
            fix=_(
                "Install llama.cpp (brew install llama.cpp, or a release from its GitHub page), or choose q8_0, "
                "which needs nothing."
            ),
        )
    return found


def quantize(program: str, full: Path, target: Path, kind: str) -> None:
    """Make a K-quant of a 16-bit file.

    Raises:
        WorkbenchError: the program failed; its last line is told.
    """
    done = subprocess.run(
        [program, str(full), str(target), K_QUANTS[kind]], capture_output=True, text=True, errors="replace", check=False
    )
    print(done.stdout, done.stderr, sep="\n", flush=True)  # noqa: T201 - stdout is the job's log
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or [str(done.returncode)]
        raise WorkbenchError(_("llama-quantize failed: {reason}").format(reason=printable(lines[-1])), where=program)
