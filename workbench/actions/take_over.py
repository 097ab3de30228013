"""Which of the settings that are given with ``--resume`` a run goes on with: those that change nothing that is learned."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.actions.launch_training import process_count
from workbench.configs.cluster_settings import ClusterSettings
from workbench.configs.files import edit_config_text, parse_config
from workbench.configs.other_batch import COUNTED_IN_ITERATIONS, with_batch
from workbench.configs.schema import TrainConfig
from workbench.i18n import _
from workbench.jobs.events import Warned
from workbench.jobs.folder import JobFolder
from workbench.training.begun_batch import begun_settings, forget_begun_batch, note_begun_batch
from workbench.training.checkpoint_folders import checkpoint_folders, what_is_missing
from workbench.training.other_ranks import begun_with, split_among
from workbench.training.resumable import require_carried

AUTO = "auto"
NAMED = "named"
"""In the arguments of a training's record: the settings that its command lines named so far."""
BATCH = ("batch_size", "accumulative_counts")
_TAKEN_OVER = {
    "attn_implementation",
    "cluster",
    "dataloader_num_workers",
    "deepspeed",
    "devices",
    "evaluation_freq",
    "logging_interval",
    "nproc",
    "on_bad_loss",
    "report_to",
    "save_steps",
    "save_total_limit",
    "use_activation_checkpointing",
}


@dataclass(frozen=True)
class SettingsOfNow:
    """What a run goes on with.

    Args:
        config: all settings.
        text: the job's config file with them.
        changes: those that are other ones than before, before and after.
        unused: the names of those that are not taken over.
        begins_anew: nothing was saved yet, so that everything is taken over.
    """

    config: TrainConfig
    text: str
    changes: tuple[str, ...]
    unused: tuple[str, ...]
    begins_anew: bool

    def note_batch(self, job: JobFolder, own: TrainConfig) -> None:
        """Note by which batch iterations go on being counted, if it changes.

        Args:
            own: the settings of before.

        Raises:
            OSError: it cannot be written.
        """
        if self.begins_anew:
            forget_begun_batch(job.path)
        elif _values(self.config, set(BATCH)) != _values(own, set(BATCH)):
            note_begun_batch(job.path, own)

    def warnings(self, job: JobFolder) -> list[Warned]:
        """What the job's events say of it."""
        said, where = [], str(job.config_path)
        if self.changes:
            message = _("The run goes on with other settings: {changes}.")
            said.append(Warned(message=message.format(changes=", ".join(self.changes)), where=where))
        if self.unused:
            message = _("The run goes on as it was begun; these settings are not taken over: {names}.")
            together = _("Give batch_size and accumulative_counts together, so that their product stays.")
            fix = together if set(BATCH) & set(self.unused) else None
            said.append(Warned(message=message.format(names=", ".join(self.unused)), where=where, fix=fix))
        return said


def settings_of_now(
    job: JobFolder, own: TrainConfig, given: TrainConfig, checkpoint: str, named: frozenset[str] | None
) -> SettingsOfNow:
    """The job's own settings, with what is given now wherever that changes nothing that is learned.

    Without any complete checkpoint everything is taken over; but not on several machines, which cannot know of each
    other what they have.

    Args:
        checkpoint: ``auto``, or the one that is gone on from.
        named: the settings that the command line names; None if all that differ are meant. What the command line of an
            earlier start named, and this one does not, stays.

    Raises:
        WorkbenchError: the settings do not go together, or the checkpoint's state cannot be gone on with under them.
    """
    saved = _saved(job, checkpoint)
    begins_anew = saved is None and (given.cluster.nodes or 1) == 1
    meant = _meant(job, own, given, named)
    if not begins_anew:
        begun = begun_settings(job.path)
        meant -= {name for name in COUNTED_IN_ITERATIONS if name in begun and getattr(given, name) == begun[name]}
    taken = meant if begins_anew else meant & _TAKEN_OVER
    now = own
    if not begins_anew and meant & set(BATCH):
        counts = _values(given, meant & set(BATCH)) | _values(own, set(BATCH) - meant)
        if counts["batch_size"] * counts["accumulative_counts"] == own.batch_size * own.accumulative_counts:
            now = with_batch(own, **counts)
            meant -= set(BATCH)
    now = now.model_copy(update=_values(given, taken))
    if saved is not None:
        _require_goes_on(saved, own, now)
    changed = [name for name in TrainConfig.model_fields if getattr(now, name) != getattr(own, name)]
    dumped = now.model_dump(mode="json")
    text = edit_config_text(job.config_path.read_text(encoding="utf-8-sig"), {name: dumped[name] for name in changed})
    return SettingsOfNow(
        config=parse_config(text, str(job.config_path)),
        text=text,
        changes=tuple(_in_words(name, own, now) for name in changed),
        unused=tuple(sorted(meant - taken)),
        begins_anew=begins_anew,
    )


def arguments_of_now(job: JobFolder, named: frozenset[str] | None) -> dict[str, Any]:
    """The arguments of a training's record when it goes on with what a command line names."""
    arguments = job.record.arguments
    if named is None or NAMED not in arguments:
        return arguments
    return {**arguments, NAMED: sorted({*arguments[NAMED], *named})}


def _meant(job: JobFolder, own: TrainConfig, given: TrainConfig, named: frozenset[str] | None) -> set[str]:
    """The settings that differ, and that the user wants so now."""
    differing = {name for name in TrainConfig.model_fields if getattr(own, name) != getattr(given, name)} - {"work_dir"}
    if given.cluster == ClusterSettings():
        differing.discard("cluster")
    if named is None:
        return differing
    before = job.record.arguments.get(NAMED)
    return differing & named if before is None else differing - (set(before) - named)


def _saved(job: JobFolder, checkpoint: str) -> Path | None:
    """The checkpoint that is gone on from, as far as names and sizes of files tell."""
    if checkpoint != AUTO:
        return Path(checkpoint)
    folders = reversed(checkpoint_folders(job.checkpoints_path))
    return next((folder for folder in folders if what_is_missing(folder) is None), None)


def _require_goes_on(saved: Path, own: TrainConfig, now: TrainConfig) -> None:
    processes, begun = process_count(now), begun_with(saved)
    require_carried(saved, own, now, processes=processes)
    if now.sequence_parallel_size == 1:  # else the training says with how many
        split_among(now.batch_size, now.accumulative_counts, begun=begun, now=processes, where=saved)


def _values(config: TrainConfig, names: set[str]) -> dict[str, Any]:
    return {name: getattr(config, name) for name in names}


def _in_words(name: str, before: TrainConfig, after: TrainConfig) -> str:
    if name == "cluster":
        return name
    return f"{name} {getattr(before, name)} → {getattr(after, name)}"
