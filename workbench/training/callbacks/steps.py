"""Step events: loss, rate and speed of each logged optimiser step."""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import TrainerCallback

from workbench.jobs.events import Step
from workbench.training.figures import Figures
from workbench.training.flops import Utilisation
from workbench.training.ranks import sum_over_ranks
from workbench.training.session import Session


@dataclass
class Throughput:
    """What has gone through this rank since the last step event: tokens without padding, seconds waited for data.

    ``trained``: tokens with loss, of all ranks together; a tensor until it is told, so that no step waits for the device.
    """

    tokens: int = 0
    trained: Any = 0
    data_time: float = 0.0
    busy_time: float = 0.0
    """Seconds in optimiser steps, without saving and evaluating."""
    figures: Figures = field(default_factory=Figures)


class StepEvents(TrainerCallback):  # type: ignore[misc]  # transformers is untyped
    """Writes a step event each time the trainer logs.

    Args:
        utilisation: how the MFU is computed, where it is known.
    """

    def __init__(self, session: Session, throughput: Throughput, utilisation: Utilisation | None = None) -> None:
        self._session = session
        self._throughput = throughput
        self._utilisation = utilisation
        self._began = 0.0
        self._logged_step = 0
        self._first_step = 0
        self._first_began: float | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._logged_step = self._first_step = state.global_step

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._began = time.perf_counter()
        if self._first_began is None:
            self._first_began = self._began

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._throughput.busy_time += time.perf_counter() - self._began

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **kwargs: Any) -> None:
        if "loss" not in logs:
            return
        done, counting = self._throughput, self._session.counting
        seconds = done.busy_time + done.data_time
        (tokens,) = sum_over_ranks([done.tokens])
        speed, trained = (tokens / seconds, int(done.trained)) if seconds else (None, 0)
        step = Step(
            iter=counting.iter_at(state.global_step),
            total_iters=counting.total_iters,
            step=state.global_step,
            total_steps=counting.total_steps,
            loss=logs["loss"],
            lr=logs["learning_rate"],
            grad_norm=logs.get("grad_norm"),
            tokens_per_s=speed,
            trained_tokens_per_s=trained / seconds if trained else None,
            mfu=self._utilisation.share(speed) if self._utilisation and speed else None,
            data_time=done.data_time / max(state.global_step - self._logged_step, 1),
            memory=memory_megabytes(),
            eta=(counting.total_steps - state.global_step) * self._seconds_a_step(state.global_step),
            figures=done.figures.take() or None,
        )
        self._session.say(step)
        self._logged_step = state.global_step
        done.tokens, done.trained, done.data_time, done.busy_time = 0, 0, 0.0, 0.0

    def _seconds_a_step(self, step: int) -> float:
        """So far, with all the saving and evaluating between the steps, which comes again."""
        if self._first_began is None:
            return 0.0
        return (time.perf_counter() - self._first_began) / max(step - self._first_step, 1)


def memory_megabytes() -> float:
    """The peak of device memory used by this process; without a GPU, its peak resident memory."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
