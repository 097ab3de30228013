"""From a config's data paths to the rows that are trained, counting everything that is cut or left out."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.configs.schema import TrainConfig
from workbench.data.conversation import Conversation
from workbench.data.encode import Encoded, Tokenizer, encode, length_limit
from workbench.data.pack import Packed, pack, unpacked
from workbench.data.read import convert, data_files, format_of, is_local, read_file
from workbench.data.templates import get_template
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _


@dataclass
class DataReport:
    """What happened to the rows. Counts are rows unless named otherwise."""

    formats: list[str] = field(default_factory=list)
    read: int = 0
    drawn: int = 0
    empty: int = 0
    cut: int = 0
    cut_tokens: int = 0
    untrained: int = 0
    samples: int = 0
    packs: int = 0
    tokens: int = 0
    trained_tokens: int = 0

    def sentences(self) -> list[str]:
        """The report as facts for a person, without those that are nothing."""
        said = [
            _("Data: {read} rows read ({formats}), {samples} trained.").format(
                read=self.read, formats=listed(dict.fromkeys(self.formats)), samples=self.samples
            ),
            _("{packs} training rows of {tokens} tokens in all, {trained} of them with loss.").format(
                packs=self.packs, tokens=self.tokens, trained=self.trained_tokens
            ),
        ]
        if self.drawn < self.read:
            said.append(_("{count} rows were drawn at random (max_dataset_length).").format(count=self.drawn))
        if self.empty:
            said.append(_("{count} rows without an answer were left out.").format(count=self.empty))
        if self.cut:
            said.append(
                _("{count} rows were longer than max_length; {tokens} tokens were cut.").format(
                    count=self.cut, tokens=self.cut_tokens
                )
            )
        if self.untrained:
            said.append(_("{count} rows had no trained token left and were left out.").format(count=self.untrained))
        return said


@dataclass
class TrainingSet:
    """The rows to train on, in order, and how they came about."""

    rows: list[Packed]
    report: DataReport


def build_training_set(config: TrainConfig, tokenizer: Tokenizer) -> TrainingSet:
    """Read, render, tokenise and pack.

    Raises:
        WorkbenchError: data is missing or damaged, or nothing trainable is left.
    """
    report = DataReport()
    conversations = _drawn(_read(config, report), config, report)
    samples = _encoded(conversations, config, tokenizer, report)
    if not samples:
        raise WorkbenchError(
            _("No row has anything to train on."),
            where=str(config.data_path),
            fix=_("Look at the rows with 'workbench data show', and at max_length."),
        )
    if config.pack_to_max_length:
        rows = pack(
            samples,
            config.max_length,
            shuffle=config.shuffle_before_pack,
            seed=config.seed,
            split=not config.use_varlen_attn,
        )
    else:
        rows = unpacked(samples)
    report.samples, report.packs = len(samples), len(rows)
    report.tokens = sum(len(row.input_ids) for row in rows)
    report.trained_tokens = sum(sample.trained_tokens for sample in samples)
    return TrainingSet(rows, report)


def _read(config: TrainConfig, report: DataReport) -> list[Conversation]:
    paths = [config.data_path] if isinstance(config.data_path, str) else config.data_path
    found: list[Conversation] = []
    for path in paths:
        found += _read_files(path, config, report) if is_local(path) else _read_hub(path, config, report)
    report.read = len(found)
    return found


def _read_files(path: str, config: TrainConfig, report: DataReport) -> list[Conversation]:
    found: list[Conversation] = []
    for file in data_files(path):
        data = read_file(file, config.dataset_format)
        report.formats.append(data.format.name)
        found += [row.conversation for row in data.rows]
    return found


def _read_hub(name: str, config: TrainConfig, report: DataReport) -> list[Conversation]:
    """The ``train`` split of a dataset on Hugging Face, or in its cache."""
    import datasets

    try:
        rows: Any = datasets.load_dataset(name, split="train")
    except Exception as error:  # the library raises many kinds for a name, a network or a file that is not there
        raise WorkbenchError(
            _("The dataset cannot be loaded: {reason}").format(reason=_first_line(error)),
            where=name,
            fix=_("Check the name and the network, or give data_path a file or folder on this machine."),
        ) from error
    if not len(rows):
        raise WorkbenchError(_("The data file is empty."), where=name)
    kind, _reason = format_of(Path(name), rows[0], config.dataset_format)
    report.formats.append(kind.name)
    return [convert(Path(name), number, row, kind) for number, row in enumerate(rows, start=1)]


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]


def _drawn(conversations: list[Conversation], config: TrainConfig, report: DataReport) -> list[Conversation]:
    limit = config.max_dataset_length
    if limit is None or limit >= len(conversations):
        report.drawn = len(conversations)
        return conversations
    report.drawn = limit
    return random.Random(config.seed).sample(conversations, limit)


def _encoded(
    conversations: list[Conversation], config: TrainConfig, tokenizer: Tokenizer, report: DataReport
) -> list[Encoded]:
    template = get_template(config.prompt_template)
    samples = []
    for conversation in conversations:
        if conversation.is_empty:
            report.empty += 1
            continue
        limit = length_limit(conversation, config.max_length, packed=config.pack_to_max_length)
        sample = encode(conversation, template, tokenizer, limit)
        report.cut += sample.cut_tokens > 0
        report.cut_tokens += sample.cut_tokens
        if sample.trained_tokens == 0:
            report.untrained += 1
        else:
            samples.append(sample)
    return samples
