"""The batch that a run was begun with: its iterations are counted by that one as long as the run goes on. Light.

Events, plots and notes of checkpoints name iterations, so these cannot change their size in the middle of a run. What
the config says (``save_steps``, …) is counted in its own iterations.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workbench.configs.other_batch import COUNTED_IN_ITERATIONS
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import _

BEGUN_BATCH_FILE = "begun_batch.json"
"""In the folder of a job that goes on with another batch."""
_COUNTS = ("batch_size", "accumulative_counts", "max_iters")


def begun_settings(job: Path) -> dict[str, Any]:
    """The batch, and what was counted in its iterations, at the first start; empty if the run still has that batch.

    Raises:
        WorkbenchError: the note is damaged.
    """
    path = job / BEGUN_BATCH_FILE
    try:
        return dict(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise WorkbenchError(_("The job's record is damaged."), where=str(path)) from error


def note_begun_batch(job: Path, config: TrainConfig) -> None:
    """Note the batch of a run that is about to get another one; the first note stays.

    Raises:
        OSError: it cannot be written.
    """
    path = job / BEGUN_BATCH_FILE
    if not path.exists():
        names = ("batch_size", "accumulative_counts", *COUNTED_IN_ITERATIONS)
        write_atomic(path, json.dumps({name: getattr(config, name) for name in names}, indent=1))


def forget_begun_batch(job: Path) -> None:
    """Of a run that begins anew."""
    (job / BEGUN_BATCH_FILE).unlink(missing_ok=True)


def as_counted(config: TrainConfig, job: Path) -> TrainConfig:
    """The config whose iterations the run counts.

    Raises:
        WorkbenchError: the note is damaged.
    """
    begun = begun_settings(job)
    return config.model_copy(update={name: begun[name] for name in _COUNTS if name in begun})
