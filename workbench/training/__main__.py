"""``python -m workbench.training JOB``: one rank of a training, under a guard that tells how it ended.

Light: the training itself is a process of its own (`workbench.training.rank_process`).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from workbench.training.guard import guard
from workbench.training.ranks_environment import adopt_slurm_step, set_variables


def _main() -> int:
    parser = argparse.ArgumentParser(prog="python -m workbench.training")
    parser.add_argument("job", type=Path)
    parser.add_argument("--env", metavar="NAME=VALUE", action="append", default=[], help="set before anything begins")
    parser.add_argument("--slurm", action="store_true", help="take the rank from srun, which started this process")
    chosen, of_the_rank = parser.parse_known_args()
    set_variables(chosen.env)
    if chosen.slurm:
        adopt_slurm_step()
    return guard(chosen.job, [str(chosen.job), *of_the_rank])


if __name__ == "__main__":
    sys.exit(_main())
