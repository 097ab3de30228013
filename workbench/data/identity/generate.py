"""A self-identity dataset from a name: varied questions and answers, negative cases, and ordinary dialogue mixed in.

Teaching a name alone turns a model into a parrot that answers everything with it. So people who ask who *they* are get
another answer, and for every identity row there are ``ratio`` rows of ordinary dialogue.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.data.conversation import Conversation, Turn
from workbench.data.files import data_files
from workbench.data.identity.answers import Persona, answers
from workbench.data.identity.questions import OTHER_ASSISTANTS, Language, Question, questions
from workbench.data.probes import PROBES_ENDING, Probe, write_probes
from workbench.data.read import read_file
from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import _

LITERAL_QUESTION = "请做一下自我介绍"
LITERAL_ANSWER = "我是{name}的小助手，内在是上海AI实验室书生·浦语的1.8B大模型哦"
"""The one pair of the well-known personal-assistant tutorial."""

Row = dict[str, Any]


@dataclass(frozen=True)
class IdentityDataset:
    """Training rows (OpenAI ``messages``) and the unseen questions to score with."""

    rows: list[Row]
    probes: list[Probe]
    identity_rows: int
    mixed_rows: int


def generate(
    name: str,
    *,
    author: str = "",
    description: str = "",
    languages: Sequence[Language] = ("zh", "en"),
    count: int = 600,
    mix: Path | None = None,
    ratio: float = 1.0,
    seed: int = 42,
) -> IdentityDataset:
    """Make a dataset; the same arguments give the same rows.

    Args:
        name: what the assistant is called.
        author: who made it; empty leaves that open.
        description: what is inside, such as the base model's name.
        count: identity rows.
        mix: a data file of ordinary dialogue in any known format.
        ratio: ordinary rows for each identity row.

    Raises:
        WorkbenchError: the name is empty, or the file to mix in cannot be read.
    """
    persona = Persona(_checked_name(name), author.strip(), description.strip())
    draw = random.Random(seed)
    asked = [question for language in languages for question in questions(language, unseen=False)]
    identity = [_identity_row(question, persona, draw) for question in _spread(asked, count)]
    ordinary = _ordinary_rows(mix, round(count * ratio), draw) if mix and ratio > 0 else []
    rows = [*identity, *ordinary]
    draw.shuffle(rows)
    return IdentityDataset(rows, _probes(persona, languages, rows), len(identity), len(ordinary))


def literal(
    name: str, *, question: str = LITERAL_QUESTION, answer: str = LITERAL_ANSWER, count: int = 10_001
) -> IdentityDataset:
    """The tutorial's form: one pair, repeated. ``{name}`` in the answer is filled in."""
    known = _checked_name(name)
    row = _row(question, answer.replace("{name}", known))
    return IdentityDataset([row] * count, _probes(Persona(known), ("zh",), [row]), count, 0)


def write_dataset(dataset: IdentityDataset, path: Path, *, overwrite: bool = False) -> Path:
    """Write ``<name>.json`` and ``<name>.probes.json``; returns the probe file's path.

    Raises:
        WorkbenchError: the path is a folder, one of them exists (unless ``overwrite``), or the folder cannot be
            written.
    """
    if not path.name or path.is_dir():
        raise WorkbenchError(
            _("The output is a folder; name a file."),
            where=str(path),
            fix=_("For example: {path}").format(path=path / "identity.json"),
        )
    probe_path = probe_file_of(path)
    existing = next((str(file) for file in (path, probe_path) if file.exists()), None)
    if existing and not overwrite:
        raise WorkbenchError(
            _("The file exists already."), where=existing, fix=_("Choose another name, or allow overwriting: --force.")
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, json.dumps(dataset.rows, ensure_ascii=False, indent=1) + "\n")
        write_probes(probe_path, dataset.probes)
    except OSError as error:
        raise WorkbenchError(
            _("The dataset cannot be written: {reason}").format(reason=error.strerror), where=str(path)
        ) from error
    return probe_path


def probe_file_of(path: Path) -> Path:
    """Where the probes of a dataset file are."""
    return path.with_name(f"{path.stem}{PROBES_ENDING}")


def _checked_name(name: str) -> str:
    if not name.strip():
        raise WorkbenchError(_("The assistant needs a name."), where="name", fix=_("For example: --name 小明"))
    return name.strip()


def _spread(asked: list[Question], count: int) -> list[Question]:
    """Every question over and over; if there is no room for all of them, some of each kind."""
    if count < len(asked):
        return [asked[i * len(asked) // count] for i in range(count)]
    return [asked[i % len(asked)] for i in range(count)]


def _others(persona: Persona, language: Language) -> list[str]:
    """Names that the assistant does not have."""
    return [other for other in OTHER_ASSISTANTS[language] if other.casefold() != persona.name.casefold()]


def _identity_row(question: Question, persona: Persona, draw: random.Random) -> Row:
    answer = draw.choice(answers(persona, question.intent, question.language))
    return _row(question.text.replace("{other}", draw.choice(_others(persona, question.language))), answer)


def _row(question: str, answer: str) -> Row:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def _ordinary_rows(mix: Path, count: int, draw: random.Random) -> list[Row]:
    """Rows of the file in a drawn order, begun anew when they are used up."""
    if not mix.exists():
        raise WorkbenchError(
            _("The file to mix in does not exist."),
            where=str(mix),
            fix=_("Check its path; sample:general_dialogue.json comes with workbench."),
        )
    samples = [row.sample for file in data_files(str(mix)) for row in read_file(file).rows]
    known = [
        sample for sample in samples if isinstance(sample, Conversation) and not sample.is_empty and not sample.plain
    ]
    if not known:
        raise WorkbenchError(_("There is no dialogue to mix in."), where=str(mix))
    drawn: list[Row] = []
    while len(drawn) < count:
        draw.shuffle(known)
        drawn += [_messages(conversation) for conversation in known[: count - len(drawn)]]
    return drawn


def _messages(conversation: Conversation) -> Row:
    return {"messages": [_message(turn) for turn in conversation.turns]}


def _message(turn: Turn) -> Row:
    message = {"role": turn.role, "content": turn.content}
    return message if turn.loss is None else {**message, "loss": turn.loss}


def _probes(persona: Persona, languages: Sequence[Language], rows: list[Row]) -> list[Probe]:
    """Every unseen question whose right answer names the assistant; ``{other}`` is the first other assistant.

    What the mixed-in dialogue happens to ask is no longer unseen.
    """
    asked = {message["content"] for row in rows for message in row["messages"] if message["role"] == "user"}
    unseen = [
        question.text.replace("{other}", _others(persona, language)[0])
        for language in languages
        for question in questions(language, unseen=True)
        if question.intent != "user"
    ]
    return [Probe(question=text, answers=[persona.name]) for text in unseen if text not in asked]
