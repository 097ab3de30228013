"""How each place of ``report_to`` is opened and fed, by its documented interface."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from workbench.training.checkpoint_folders import step_of

if TYPE_CHECKING:
    from workbench.training.session import Session

PROJECT = "workbench"
"""The project that runs are put into, unless the environment names another one (``WANDB_PROJECT``)."""


class Sink(Protocol):
    """A place that takes figures."""

    def send(self, values: Mapping[str, float], step: int) -> None:
        """Take values by name, after an optimiser step."""

    def close(self) -> None:
        """Finish what is under way."""


class TensorBoard:
    """Event files in the job's ``tensorboard`` folder; see ``torch.utils.tensorboard``."""

    def __init__(self, session: Session) -> None:
        from torch.utils.tensorboard import SummaryWriter

        step = step_of(session.resumed_from) if session.resumed_from else None
        self._writer = SummaryWriter(
            str(session.job.path / "tensorboard"), purge_step=None if step is None else step + 1
        )

    def send(self, values: Mapping[str, float], step: int) -> None:
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)
        self._writer.flush()

    def close(self) -> None:
        self._writer.close()


class _Run:
    """A run of a package with ``log`` and ``finish``."""

    def __init__(self, log: Callable[..., Any], finish: Callable[[], Any]) -> None:
        self._log, self._finish = log, finish

    def send(self, values: Mapping[str, float], step: int) -> None:
        self._log(dict(values), step=step)

    def close(self) -> None:
        self._finish()


def _wandb(session: Session) -> Sink:
    """https://docs.wandb.ai/ref/python/init; ``WANDB_MODE=offline`` keeps everything in the job's ``wandb`` folder."""
    import wandb

    run = wandb.init(
        project=os.environ.get("WANDB_PROJECT", PROJECT),
        name=session.job.id,
        id=_run_id(session),
        resume="allow",
        dir=str(session.job.path),
        config=_settings(session),
        settings=wandb.Settings(console="off"),
    )
    return _Run(run.log, run.finish)


def _swanlab(session: Session) -> Sink:
    """https://docs.swanlab.cn/en/api/py-init.html; run ids have 21 characters."""
    import swanlab

    run = swanlab.init(
        project=PROJECT,
        experiment_name=session.job.id,
        id=_run_id(session),
        resume="allow",
        logdir=str(session.job.path / "swanlog"),
        config=_settings(session),
    )
    return _Run(run.log, swanlab.finish)


def _trackio(session: Session) -> Sink:
    """https://huggingface.co/docs/trackio/api; ``trackio show`` shows them."""
    import trackio

    run = trackio.init(project=PROJECT, name=session.job.id, resume="allow", config=_settings(session), embed=False)
    return _Run(run.log, run.finish)


OPENERS: dict[str, Callable[[Session], Sink]] = {
    "tensorboard": TensorBoard,
    "wandb": _wandb,
    "swanlab": _swanlab,
    "trackio": _trackio,
}


def _run_id(session: Session) -> str:
    """The same for a run that goes on."""
    return hashlib.blake2b(str(session.job.path).encode(), digest_size=16).hexdigest()[:21]


def _settings(session: Session) -> dict[str, Any]:
    return session.config.model_dump(mode="json")
