"""Looking for the largest batch that fits before a training begins."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.actions.launch_training import process_count
from workbench.actions.python import module_command
from workbench.configs.other_batch import COUNTED_IN_ITERATIONS
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.sizes import parse_size

AUTO = "auto"
FITTED = frozenset({"batch_size", "max_length", "accumulative_counts", *COUNTED_IN_ITERATIONS})
"""The settings that a fit changes in the job's config."""


@dataclass(frozen=True)
class FitWish:
    """``most``: bytes that the training may take, on each GPU or in all on a CPU; None is nearly all that is free."""

    most: int | None = None


def fit_wish(text: str) -> FitWish:
    """From ``auto``, or a size such as ``3GB``; a number alone is of GB.

    Raises:
        WorkbenchError: it is neither.
    """
    if text == AUTO:
        return FitWish()
    return FitWish(parse_size(f"{text}GB" if text[-1:].isdigit() else text, "--fit"))


def refuse_fit(fit: FitWish | None) -> None:
    """Of a run that goes on.

    Raises:
        WorkbenchError: a fit is wished for.
    """
    if fit is not None:
        raise WorkbenchError(
            _("A run goes on with the batch that it was begun with."),
            where="--fit",
            fix=_("Leave out --fit, or start a new run without --resume."),
        )


def fitting_command(config: TrainConfig, command: list[str], fit: FitWish) -> list[str]:
    """The command line of a job that looks for the batch and then runs the command.

    Raises:
        WorkbenchError: the training has other machines, whose memory cannot be tried here.
    """
    if (config.cluster.nodes or 1) > 1 or config.cluster.launcher in {"hostfile", "slurm"}:
        raise WorkbenchError(
            _("The largest batch can be looked for on one machine only."),
            where="--fit",
            fix=_(
                "Look for it with --fit --launcher local on one of the machines, then give all of them what it found."
            ),
        )
    most = [] if fit.most is None else ["--most", str(fit.most)]
    processes = str(process_count(config))
    return [*module_command("workbench.training.fit", "{job}", "--processes", processes), *most, "--", *command]
