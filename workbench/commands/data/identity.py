"""``workbench data identity``: make a self-identity dataset from a name, or from several."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.errors import WorkbenchError
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.data.identity.answers import Persona
    from workbench.data.identity.generate import IdentityDataset
    from workbench.data.identity.mixture import MixtureTokens

EXAMPLES = """
  workbench data identity --name 小明

  workbench data identity --name Ada --author "the lab" --lang en --mix sample:general_dialogue.json --ratio 1.5

  workbench data identity --persona personas.yaml --questions asked.txt --mix sample:general_dialogue.json

  workbench data identity --name 小明 --literal -n 10001 --out personal_assistant.json
"""


def identity(
    context: typer.Context,
    name: Annotated[
        str, typer.Option(help=_("What the assistant is called; with --literal, whose assistant it says it is."))
    ] = "",
    author: Annotated[str, typer.Option(help=_("Who made it."))] = "",
    description: Annotated[str, typer.Option(help=_("What is inside, for example the base model's name."))] = "",
    persona: Annotated[
        Path | None,
        typer.Option(help=_("A YAML list of assistants with name, author, description and system, instead of --name.")),
    ] = None,
    questions: Annotated[
        Path | None, typer.Option(help=_("Your own questions: one a line under [intent] headings, or JSON."))
    ] = None,
    lang: Annotated[str, typer.Option(help=_("Languages of the questions: zh, en, or zh,en."))] = "zh,en",
    mix: Annotated[str | None, typer.Option(help=_("A file of ordinary dialogue to mix in."))] = None,
    ratio: Annotated[float, typer.Option(help=_("Ordinary rows of --mix for each identity row."), min=0)] = 1.0,
    count: Annotated[int | None, typer.Option("-n", "--count", help=_("Identity rows."), min=1)] = None,
    tokenizer: Annotated[
        str | None, typer.Option(help=_("A model folder whose tokenizer counts the tokens of the mixture."))
    ] = None,
    out: Annotated[Path, typer.Option(help=_("The file to write; the questions to score with go beside it."))] = Path(
        "identity.json"
    ),
    seed: Annotated[int, typer.Option(help=_("The seed of every random choice."))] = 42,
    literal: Annotated[
        bool,
        typer.Option(
            "--literal",
            help=_("One pair repeated, as in the tutorial: “I am <name>'s little assistant”, in Chinese."),
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help=_("Overwrite existing files."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))] = False,
) -> None:
    """Write the dataset and its probe file, and say how the mixture looks in tokens."""
    from workbench.data.identity.generate import generate_for, write_dataset
    from workbench.data.identity.generate import literal as literal_dataset
    from workbench.data.identity.languages import parse_languages
    from workbench.data.identity.own_questions import read_questions
    from workbench.paths import resolve_model

    _refuse_ignored(context, literal=literal, mixes=bool(mix), personas=persona is not None)
    if literal:
        dataset = literal_dataset(name, count=count or 10_001)
    else:
        dataset = generate_for(
            _personas(name, author, description, persona),
            languages=parse_languages(lang),
            count=count or 600,
            mix=Path(resolve_model(mix)) if mix else None,
            ratio=ratio,
            seed=seed,
            own_questions=read_questions(questions) if questions else (),
        )
    tokens = _tokens(dataset, tokenizer)
    probes = write_dataset(dataset, out, overwrite=force)
    if as_json:
        typer.echo(json.dumps(_as_json(dataset, tokens, out, probes), ensure_ascii=False))
    else:
        _print(dataset, tokens, out, probes)


def _personas(name: str, author: str, description: str, file: Path | None) -> list[Persona]:
    from workbench.data.identity.generate import one_persona
    from workbench.data.identity.personas import read_personas

    return read_personas(file) if file else [one_persona(name, author, description)]


def _tokens(dataset: IdentityDataset, tokenizer: str | None) -> MixtureTokens:
    from workbench.data.checks import Measure
    from workbench.data.identity.mixture import mixture_tokens

    return mixture_tokens(dataset, Measure.of_folder(tokenizer) if tokenizer else None)


def _as_json(dataset: IdentityDataset, tokens: MixtureTokens, out: Path, probes: Path) -> dict[str, object]:
    return {
        "data": str(out),
        "probes": str(probes),
        "rows": len(dataset.rows),
        "identity": dataset.identity_rows,
        "mixed": dataset.mixed_rows,
        "not_mixed": dataset.not_mixed,
        "tokens": {**vars(tokens), "identity_share": tokens.identity_share},
    }


def _print(dataset: IdentityDataset, tokens: MixtureTokens, out: Path, probes: Path) -> None:
    said = _("{path}: {identity} identity rows and {mixed} of ordinary dialogue.")
    typer.echo(said.format(path=out, identity=dataset.identity_rows, mixed=dataset.mixed_rows))
    if dataset.not_mixed:
        left_out = _("{count} rows of the file to mix in are no dialogue with an answer and were left out.")
        typer.echo(left_out.format(count=dataset.not_mixed))
    typer.echo(tokens.sentence())
    typer.echo(_("{path}: {count} unseen questions to score with.").format(path=probes, count=len(dataset.probes)))
    if not dataset.mixed_rows:
        typer.echo(_("Without ordinary dialogue the model tends to answer everything with its name: see --mix."))


def _refuse_ignored(context: typer.Context, *, literal: bool, mixes: bool, personas: bool) -> None:
    """Refuse options that would be ignored beside others that are given."""
    if literal:
        names = ("author", "description", "persona", "questions", "lang", "mix", "ratio", "seed")
        _refuse(_("--literal makes one fixed pair, without {options}."), _given(context, *names))
        return
    if personas:
        given = _given(context, "name", "author", "description")
        _refuse(_("--persona says who the assistants are, whatever {options} says."), given)
    if not mixes:
        _refuse(_("There is nothing to mix in without --mix, whatever {options} says."), _given(context, "ratio"))


def _given(context: typer.Context, *names: str) -> list[str]:
    """Which of the options stand on the command line."""
    sources = {name: context.get_parameter_source(name) for name in names}
    return [f"--{name}" for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]


def _refuse(why: str, given: list[str]) -> None:
    """Refuse options that would be ignored."""
    from workbench.data.wording import listed

    if given:
        raise WorkbenchError(
            why.format(options=listed(given)), fix=_("Leave out {options}.").format(options=listed(given))
        )
