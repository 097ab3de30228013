"""Whether DeepSpeed works here: ``python -m workbench.doctor.deepspeed_probe``.

Prints one JSON object.
"""

from __future__ import annotations

import contextlib
import json
import sys

from workbench.training.environment import prepare_environment


def main() -> None:
    prepare_environment()
    with contextlib.redirect_stdout(sys.stderr):  # it talks
        import deepspeed
        from deepspeed.accelerator import get_accelerator

        get_accelerator()
    print(json.dumps({"version": deepspeed.__version__}))  # noqa: T201 - the result


if __name__ == "__main__":
    main()
