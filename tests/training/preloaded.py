"""What every training imports, imported once: trainings of the tests are forked from a process that has this."""

from __future__ import annotations

import os

from workbench.training.environment import prepare_environment

os.environ["OMP_NUM_THREADS"] = "1"  # sums of several threads would be the same only for the same number of them
prepare_environment()

import accelerate.utils.deepspeed  # noqa: E402, F401
import deepspeed  # noqa: E402, F401

import workbench.training.run  # noqa: E402, F401
