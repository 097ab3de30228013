"""The checks in a process of their own: ``python -m workbench.doctor PROJECT`` prints one JSON object a line.

The app reads them as they come; a check that hangs can be ended with the process.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from workbench.doctor.checks import run_checks

if __name__ == "__main__":
    for result in run_checks(Path(sys.argv[1])):
        sys.stdout.write(json.dumps(result.as_json()) + "\n")
        sys.stdout.flush()
