"""What torch sees, asked in a process of its own: ``python -m workbench.doctor.torch_probe``.

Prints one JSON object. The light rooms never import torch; they read this.
"""

from __future__ import annotations

import json
import warnings


def main() -> None:
    warnings.simplefilter("ignore")
    import torch

    devices = [
        {
            "name": torch.cuda.get_device_name(number),
            "memory_gb": torch.cuda.get_device_properties(number).total_memory / 1e9,
            "bf16": torch.cuda.is_bf16_supported(),
        }
        for number in range(torch.cuda.device_count())
    ]
    found = {
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "threads": torch.get_num_threads(),
        "devices": devices,
    }
    print(json.dumps(found))  # noqa: T201 - the result


if __name__ == "__main__":
    main()
