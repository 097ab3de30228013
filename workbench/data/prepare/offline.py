"""Preparing data ahead of the training: tokens and packs in a folder that a config names as its ``data_path``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from workbench.configs.preference_settings import PAIR_STAGES
from workbench.configs.schema import TrainConfig
from workbench.data.arrow_folder import ArrowFolderWriter
from workbench.data.pack import Packed, Packing
from workbench.data.prepare.pictures import RowFacts
from workbench.data.prepare.store import Record, is_prepared, read_record, store_schema, template_digest
from workbench.data.templates import Template
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model

if TYPE_CHECKING:
    from workbench.data.prepare.write import OnProgress

_ROWS_A_BATCH = 256


class SupportsRows(Protocol):
    """Training rows by their number."""

    @property
    def picture_folders(self) -> list[str] | None: ...
    def __len__(self) -> int: ...
    def __getitem__(self, number: int) -> Packed: ...
    def facts(self, number: int) -> RowFacts: ...


def write_packed(folder: Path, rows: SupportsRows, on_progress: OnProgress | None = None) -> None:
    """Write training rows with the columns of `store_schema`."""
    import pyarrow as pa

    schema = store_schema(sees=rows.picture_folders is not None, packed=True)
    with ArrowFolderWriter(folder, schema) as writer:
        for first in range(0, len(rows), _ROWS_A_BATCH):
            if on_progress:
                on_progress(first, len(rows))
            some = [_values(rows, number) for number in range(first, min(first + _ROWS_A_BATCH, len(rows)))]
            writer.write(pa.RecordBatch.from_pylist(some, schema))


def _values(rows: SupportsRows, number: int) -> dict[str, Any]:
    return vars(rows[number]) | ({} if rows.picture_folders is None else rows.facts(number)._asdict())


def prepared_folder(config: TrainConfig, tokenizer: str | None, template: Template | None = None) -> Path | None:
    """The folder of prepared data that a config names, checked against the config; None if it names other data.

    Args:
        tokenizer: the digest of the tokenizer that the training uses; None if it is not known yet.
        template: the prompt template itself; without it only its name is compared.

    Raises:
        WorkbenchError: the data was prepared for another template, length, packing or tokenizer.
    """
    if not isinstance(config.data_path, str):
        return None
    folder = Path(resolve_model(config.data_path))
    if not is_prepared(folder):
        return None
    record = read_record(folder)
    wanted: dict[str, tuple[Any, Any]] = {
        "max_length": (record.max_length, config.max_length),
        "new_tokens": (record.new_tokens, config.new_tokens),
    }
    is_same = _is_same_template(record, template)
    if is_same is None or (not is_same and record.template != config.prompt_template):
        wanted["prompt_template"] = (record.template, config.prompt_template)
    elif not is_same:
        text = _("The prompt template {name} has changed since the data was prepared.")
        raise _unfit(text.format(name=config.prompt_template), folder)
    if record.packing is not None:
        wanted |= _packing_settings(record.packing, config.packing)
    if config.sees != (record.picture_folders is not None):
        raise _unfit(
            _("The data was prepared for a model that reads text only.")
            if config.sees
            else _("The data was prepared for a model that sees."),
            folder,
        )
    if config.sees and config.image_folder:
        image_folder = [os.path.abspath(resolve_model(config.image_folder))]  # noqa: PTH100 - as it was written
        wanted["image_folder"] = (record.picture_folders, image_folder)
    wanted["stage"] = (_kind(pairs=record.pairs), _kind(pairs=config.stage in PAIR_STAGES))
    for field, (was, now) in wanted.items():
        if was != now:
            text = _("The data was prepared for {field}: {was}, and the training has {now}.")
            raise _unfit(text.format(field=field, was=was, now=now), folder)
    if tokenizer not in {None, record.tokenizer}:
        raise _unfit(_("The data was prepared with another tokenizer than that of the model."), folder)
    return folder


def _is_same_template(record: Record, template: Template | None) -> bool | None:
    """Whether data was prepared with what the template writes today; None if that is not known."""
    digest = template_digest(template) if template else ""
    return record.template_digest == digest if record.template_digest and digest else None


def _packing_settings(was: Packing, now: Packing) -> dict[str, tuple[Any, Any]]:
    """The settings that say how samples are joined, as data was prepared with them and as a training has them."""
    if "none" in {was, now}:
        return {"pack_to_max_length": (was != "none", now != "none")}
    return {"pack": (was, now)}


def _kind(*, pairs: bool) -> str:
    """The stages that take the same rows."""
    return listed(sorted(PAIR_STAGES)) if pairs else "sft"


def _unfit(what: str, folder: Path) -> WorkbenchError:
    fix = _("Prepare it again for this config: 'workbench data preprocess'.")
    return WorkbenchError(what, where=str(folder), fix=fix)
