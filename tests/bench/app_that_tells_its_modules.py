"""``python app_that_tells_its_modules.py FILE``: the app; when it ends, the names of all imported modules are in FILE."""

from __future__ import annotations

import json
import sys
from pathlib import Path

told = Path(sys.argv.pop())
try:
    from workbench.cli import main

    main()
finally:
    told.write_text(json.dumps(sorted(sys.modules)))
