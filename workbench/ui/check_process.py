"""The process in which the app checks data: prints findings and figures as one JSON object."""

from __future__ import annotations

import json
import sys

from workbench.data.checks import Measure, check_data
from workbench.data.checks.report_text import figures
from workbench.data.formats import FormatChoice
from workbench.errors import WorkbenchError


def main() -> None:
    """Check the data that the arguments name; what makes that impossible goes to standard error."""
    path, format_name, template, tokenizer = sys.argv[1:]
    try:
        measure = Measure.of_folder(tokenizer, template, None)
        report = check_data([path], None, FormatChoice(format_name), measure=measure)
    except WorkbenchError as error:
        sys.exit(str(error))
    said = {"figures": list(figures(report)), "findings": [found.as_json() for found in report.findings]}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
