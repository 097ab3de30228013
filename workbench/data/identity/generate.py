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

from workbench.data.files import PROBES_ENDING
from workbench.data.identity.answers import Persona, answers
from workbench.data.identity.ordinary import Row, ordinary_rows, under_systems
from workbench.data.identity.personas import check_personas
from workbench.data.identity.questions import OTHER_ASSISTANTS, Language, Question, all_questions
from workbench.data.probes import Probe, write_probes
from workbench.errors import WorkbenchError, system_reason
from workbench.files import write_atomic
from workbench.i18n import _

LITERAL_QUESTION = "请做一下自我介绍"
LITERAL_ANSWER = "我是{name}的小助手，内在是上海AI实验室书生·浦语的1.8B大模型哦"
"""The one pair of the well-known personal-assistant tutorial."""


@dataclass(frozen=True)
class IdentityDataset:
    """Training rows (OpenAI ``messages``) and the unseen questions to score with.

    Args:
        is_identity: of each row, whether it teaches who the assistant is; the others are ordinary dialogue.
        not_mixed: rows of the file to mix in that are no dialogue with an answer, and were left out.
    """

    rows: list[Row]
    probes: list[Probe]
    is_identity: list[bool]
    not_mixed: int = 0

    @property
    def identity_rows(self) -> int:
        return sum(self.is_identity)

    @property
    def mixed_rows(self) -> int:
        return len(self.rows) - self.identity_rows


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
    own_questions: Sequence[Question] = (),
) -> IdentityDataset:
    """Make a dataset about one assistant; the same arguments give the same rows.

    Args:
        name: what the assistant is called.
        author: who made it; empty leaves that open.
        description: what is inside, such as the base model's name.

    The others are those of `generate_for`.

    Raises:
        WorkbenchError: the name is empty, or the file to mix in cannot be read.
    """
    return generate_for(
        [one_persona(name, author, description)],
        languages=languages,
        count=count,
        mix=mix,
        ratio=ratio,
        seed=seed,
        own_questions=own_questions,
    )


def generate_for(
    personas: Sequence[Persona],
    *,
    languages: Sequence[Language] = ("zh", "en"),
    count: int = 600,
    mix: Path | None = None,
    ratio: float = 1.0,
    seed: int = 42,
    own_questions: Sequence[Question] = (),
) -> IdentityDataset:
    """Make a dataset about one or several assistants; the same arguments give the same rows.

    Args:
        languages: of the questions that come with workbench.
        count: identity rows, the same number for each assistant as near as can be.
        mix: a data file of ordinary dialogue in any known format.
        ratio: ordinary rows for each identity row.
        own_questions: further ones, in any language.

    Raises:
        WorkbenchError: the personas contradict each other, or the file to mix in cannot be read.
    """
    check_personas(personas)
    draw = random.Random(seed)
    asked = all_questions(languages, own_questions, unseen=False)
    identity = [
        _identity_row(question, persona, _others(personas, persona, question.language), draw)
        for number, persona in enumerate(personas)
        for question in _spread(asked, (count + len(personas) - 1 - number) // len(personas))
    ]
    ordinary, not_mixed = ordinary_rows(mix, round(count * ratio), draw) if mix and ratio > 0 else ([], 0)
    marked = [(row, True) for row in identity]
    marked += [(row, False) for row in under_systems(ordinary, personas)]
    draw.shuffle(marked)
    rows = [row for row, _is_identity in marked]
    unseen = all_questions(languages, own_questions, unseen=True)
    probes = [probe for persona in personas for probe in _probes(personas, persona, unseen, rows)]
    return IdentityDataset(rows, probes, [is_identity for _row, is_identity in marked], not_mixed)


def literal(
    name: str, *, question: str = LITERAL_QUESTION, answer: str = LITERAL_ANSWER, count: int = 10_001
) -> IdentityDataset:
    """The tutorial's form: one pair, repeated. ``{name}`` in the answer is filled in."""
    known = _checked_name(name)
    row = _row(question, answer.replace("{name}", known))
    persona = Persona(known)
    probes = _probes([persona], persona, all_questions(("zh",), (), unseen=True), [row])
    return IdentityDataset([row] * count, probes, [True] * count)


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
            _("The dataset cannot be written: {reason}").format(reason=system_reason(error)), where=str(path)
        ) from error
    return probe_path


def probe_file_of(path: Path) -> Path:
    """Where the probes of a dataset file are."""
    return path.with_name(f"{path.stem}{PROBES_ENDING}")


def one_persona(name: str, author: str = "", description: str = "") -> Persona:
    """An assistant by its name, as people type it.

    Raises:
        WorkbenchError: the name is empty.
    """
    return Persona(_checked_name(name), author.strip(), description.strip())


def _checked_name(name: str) -> str:
    if not name.strip():
        raise WorkbenchError(_("The assistant needs a name."), where="name", fix=_("For example: --name 小明"))
    return name.strip()


def _spread(asked: list[Question], count: int) -> list[Question]:
    """Every question over and over; if there is no room for all of them, some of each kind."""
    if count < len(asked):
        return [asked[i * len(asked) // count] for i in range(count)]
    return [asked[i % len(asked)] for i in range(count)]


def _others(personas: Sequence[Persona], persona: Persona, language: Language) -> list[str]:
    """Names that the assistant does not have, those of the other personas among them."""
    known = [*OTHER_ASSISTANTS[language], *(other.name for other in personas)]
    return [other for other in dict.fromkeys(known) if other.casefold() != persona.name.casefold()]


def _identity_row(question: Question, persona: Persona, others: list[str], draw: random.Random) -> Row:
    answer = draw.choice(answers(persona, question.intent, question.language))
    return _row(question.text.replace("{other}", draw.choice(others)), answer, persona.system)


def _row(question: str, answer: str, system: str = "") -> Row:
    before = [{"role": "system", "content": system}] if system else []
    return {"messages": [*before, {"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def _probes(personas: Sequence[Persona], persona: Persona, unseen: list[Question], rows: list[Row]) -> list[Probe]:
    """Every unseen question whose right answer names the assistant; ``{other}`` is the first other assistant.

    What the mixed-in dialogue happens to ask is no longer unseen. The name of another persona is wrong, but where
    the question itself is about another name.
    """
    asked = {message["content"] for row in rows for message in row["messages"] if message["role"] == "user"}
    wrong = [other.name for other in personas if other.name.casefold() not in persona.name.casefold()]
    return [
        Probe(
            question=text,
            answers=[persona.name],
            forbidden=[] if question.intent == "other" else wrong,
            system=persona.system,
        )
        for question in unseen
        if question.intent != "user"
        and (text := question.text.replace("{other}", _others(personas, persona, question.language)[0])) not in asked
    ]
