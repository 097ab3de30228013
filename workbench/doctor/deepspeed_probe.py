"""Whether DeepSpeed and the operator it needs here work: ``python -m workbench.doctor.deepspeed_probe``.

Builds the operator if it was not built yet, as a training would. Prints one JSON object.
"""

from __future__ import annotations

import contextlib
import json
import sys

from workbench.devices import gpu_count
from workbench.training.environment import prepare_environment

_CPU_OPERATOR = "ShareMemCommBuilder"


def main() -> None:
    prepare_environment()
    with contextlib.redirect_stdout(sys.stderr):  # builds talk
        import deepspeed
        from deepspeed.accelerator import get_accelerator

        operators = []
        if gpu_count() == 0:
            builder = get_accelerator().create_op_builder(_CPU_OPERATOR)
            builder.load(verbose=False)
            operators.append(builder.name)
    print(json.dumps({"version": deepspeed.__version__, "operators": operators}))  # noqa: T201 - the result


if __name__ == "__main__":
    main()
