"""An XTuner config as a config of workbench, with a list of what was changed and what could not be carried over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workbench.configs.copies import write_config
from workbench.configs.find import PYTHON_SUFFIX
from workbench.configs.overrides import apply_overrides
from workbench.configs.problems import field_of, first_per_field, sentence
from workbench.configs.schema import TrainConfig
from workbench.configs.xtuner import reasons
from workbench.configs.xtuner.model_fields import carry_model, carry_tokenizer
from workbench.configs.xtuner.read import model_of, require_bases
from workbench.configs.xtuner.report import Carried, NotCarried, Part, Refusal, Report
from workbench.configs.xtuner.runtime_fields import carry_hooks, carry_saving, carry_seed, leave_metrics
from workbench.configs.xtuner.syntax import ConfigTree, read_tree
from workbench.configs.xtuner.training_fields import (
    carry_dataloader,
    carry_length,
    carry_optimiser,
    carry_schedule,
    carry_trainer,
)
from workbench.errors import WorkbenchError
from workbench.i18n import _

_REQUIRED = ("pretrained_model_name_or_path", "data_path")


@dataclass(frozen=True)
class ImportedConfig:
    """What came of an XTuner config.

    Args:
        file: the Python file; it is not changed.
        config: what trains the same; None if it cannot be written, and ``refusals`` says why.
        carried: the fields that have a value from the file, in the order of the source's parts.
        not_carried: the fields that have no place, those that matter for training first.
    """

    file: Path
    config: TrainConfig | None
    carried: tuple[Carried, ...]
    not_carried: tuple[NotCarried, ...]
    refusals: tuple[Refusal, ...]

    @property
    def name(self) -> str:
        """What the new config is called."""
        return self.file.stem

    @property
    def changed(self) -> tuple[Carried, ...]:
        """The carried fields whose value is not the one of the source, each with a note."""
        return tuple(one for one in self.carried if one.note)

    @property
    def lost(self) -> tuple[NotCarried, ...]:
        """The fields without which training differs."""
        return tuple(one for one in self.not_carried if one.matters)


def import_config(file: Path, *, assignments: Sequence[str] = ()) -> ImportedConfig:
    """Read an XTuner config and find a place for each of its fields.

    Args:
        assignments: ``key=value`` for fields of ours, which win over the file's and fill what it leaves open.

    Raises:
        WorkbenchError: the file cannot be read, is no training config, or an assignment is wrong.
    """
    if file.suffix != PYTHON_SUFFIX:
        raise WorkbenchError(
            _("An XTuner config is a .py file."), where=str(file), fix=_("A YAML config can be used as it is.")
        )
    return import_tree(read_tree(file), assignments=assignments)


def import_tree(tree: ConfigTree, *, assignments: Sequence[str] = ()) -> ImportedConfig:
    """Find a place for each field of a config that was read; as `import_config`."""
    report = _reported(tree)
    given = {name.strip(): text for name, _equals, text in (one.partition("=") for one in assignments)}
    refusals = _standing(report, given)
    values = {name: one.value for name, one in report.carried.items()}
    for name in _REQUIRED:
        if name in given:
            values.setdefault(name, given[name])
    config = None if refusals else _validated(values, report)
    if config is not None:
        config = apply_overrides(config, assignments)
    return ImportedConfig(
        tree.file,
        config,
        tuple(one for name, one in report.carried.items() if name not in given),
        tuple(sorted(report.not_carried, key=lambda one: not one.matters)),
        tuple(_standing(report, given)),
    )


def _standing(report: Report, given: Mapping[str, str]) -> list[Refusal]:
    """The refusals that no assignment answers."""
    return [one for one in report.refusals if one.field not in given]


def _reported(tree: ConfigTree) -> Report:
    require_bases(tree)
    model_of(tree)
    report = Report(tree.file)
    root = Part(report, "", tree.names)
    carry_model(root, tree)
    carry_tokenizer(root)
    if "training_args" in tree.names:
        carry_trainer(root)
    else:
        carry_dataloader(root)
    carry_optimiser(root)
    carry_length(root)
    carry_schedule(root)
    carry_saving(root)
    carry_hooks(root)
    carry_seed(root)
    root.carry("work_dir", "work_dir", str)
    leave_metrics(root)
    _leave_the_rest(root)
    report.leave_unread(tree.unread, tree.names.values())
    return report


def _leave_the_rest(root: Part) -> None:
    """Of all names, only some mean something to XTuner; the others are settings that those use."""
    known = {name: left for name, left in reasons.ROOT.items() if name in root.values}
    for name, left in known.items():
        if not left.is_usual(root.values[name]):
            root.leave(name, left.reason, matters=left.matters)


def _validated(values: dict[str, Any], report: Report) -> TrainConfig | None:
    """The config of the values; one that the schema refuses is left out and noted."""
    try:
        return TrainConfig.model_validate(_nested(values))
    except ValidationError as error:
        wrong = {field_of(details["loc"]): sentence(details) for details in first_per_field(error)}
    left = {name: reason for field, reason in wrong.items() if (name := _owner(field, values)) is not None}
    if not left or any(name in _REQUIRED for name in left):
        report.refusals.extend(Refusal(field, reason, str(report.file)) for field, reason in wrong.items())
        return None
    for name, reason in left.items():
        source = report.carried.pop(name)
        report.leave(source.source, source.value, None, reason)
    return _validated({name: value for name, value in values.items() if name not in left}, report)


def _owner(field: str, values: dict[str, Any]) -> str | None:
    """The carried field that an error such as ``betas.1`` is about."""
    return next((name for name in values if field == name or field.startswith(f"{name}.")), None)


def _nested(values: dict[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in values.items():
        group, _dot, field = name.rpartition(".")
        (nested.setdefault(group, {}) if group else nested)[field] = value
    return nested


def write_imported(imported: ImportedConfig, path: Path, *, overwrite: bool = False) -> Path:
    """Write the new config with every field explained, headed by its source and what is not in it.

    Raises:
        WorkbenchError: there is no config to write, the file exists and must not be overwritten, or the folder
            cannot be written.
    """
    if imported.config is None:
        raise refused(imported)
    lines = [_("Imported from {name}.").format(name=imported.file), f"workbench train {path}"]
    if imported.lost:
        lines.append(_("Not carried over:"))
        lines += [f"  {one.field} = {one.value}: {one.reason}" for one in imported.lost]
    write_config(path, imported.config, "\n".join(lines), overwrite=overwrite)
    return path


def refused(imported: ImportedConfig) -> WorkbenchError:
    """Why no config is written."""
    first, *others = imported.refusals
    what = "\n  ".join([first.reason, *(one.reason for one in others)])
    return WorkbenchError(
        _("This config cannot be imported, and nothing was written. {reason}").format(reason=what),
        where=":".join(filter(None, (first.place, first.field))),
        fix=_("Give the missing field by --set {name}=VALUE").format(name=first.field) if first.field else None,
    )
