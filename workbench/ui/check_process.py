"""The process in which the app checks data: prints numbers of rows meanwhile, then all it found as one JSON object."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.actions.launch_training import planned_process_count
from workbench.configs.find import find_config
from workbench.data.checks import CheckReport, Measure, check_data
from workbench.data.checks.report_text import figures
from workbench.data.formats import FormatChoice
from workbench.errors import WorkbenchError


def main() -> None:
    """Check the data that the argument describes; what makes that impossible goes to standard error."""
    try:
        report = _checked(json.loads(sys.argv[1]))
    except WorkbenchError as error:
        sys.exit(str(error))
    said = {"figures": list(figures(report)), "findings": [found.as_json() for found in report.findings]}
    sys.stdout.write(json.dumps(said))


def _checked(asked: dict[str, Any]) -> CheckReport:
    """Check what `workbench.ui.check_run.asked_of_check` says."""
    config = find_config(asked["config"]).config if asked["config"] else None
    measure = Measure.of_folder(asked["tokenizer"], asked["template"] or None, asked["max_length"])
    folder = Path(asked["image_folder"]).expanduser() if asked["image_folder"] else None
    return check_data(
        [asked["path"]],
        config,
        FormatChoice(asked["format"], asked["columns"]),
        measure=replace(measure, packing=asked["packing"], config=config),
        image_folder=folder,
        processes=planned_process_count(config) if config else 1,
        tell_rows=_tell_rows,
    )


def _tell_rows(rows: int) -> None:
    sys.stdout.write(f"{rows}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
