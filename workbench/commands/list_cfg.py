"""``workbench list-cfg``: the catalogue of configs."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import Annotated

import typer

from workbench.commands.wording import examples
from workbench.configs.catalogue import CatalogueEntry, entries, suggestion, unknown_value, without_known_size
from workbench.configs.catalogue.filters import Wanted, bytes_needed, gigabytes
from workbench.errors import WorkbenchError
from workbench.i18n import _

_WIDTH = 60
_EXAMPLES = """
  workbench list-cfg

  workbench list-cfg -p internlm2_1_8b

  workbench list-cfg qwen3 instruct --method qlora --fits 24

  workbench list-cfg --stage dpo --json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("list-cfg", help=_("List the ready-made configs."), epilog=examples(_EXAMPLES))(list_cfg)


def list_cfg(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="WORDS", help=_("Parts of a name, in any order."))
    ] = None,
    pattern: Annotated[
        str | None, typer.Option("--pattern", "-p", help=_("Part of a name, or words in any order."))
    ] = None,
    method: Annotated[
        str, typer.Option("--method", metavar="NAME", help=_("full, lora, qlora, or frozen (projector alone)."))
    ] = "",
    family: Annotated[str, typer.Option("--family", metavar="NAME", help=_("E.g. internlm2, qwen3, llama3_1."))] = "",
    dataset: Annotated[
        str, typer.Option("--dataset", metavar="NAME", help=_("E.g. alpaca, custom_sft, identity."))
    ] = "",
    stage: Annotated[
        str,
        typer.Option("--stage", metavar="NAME", help=_("sft, pretrain, dpo, orpo, reward, llava_pretrain …")),
    ] = "",
    fits: Annotated[
        str | None,
        typer.Option("--fits", metavar="GB", help=_("What is estimated to fit into so much of one GPU.")),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print a JSON list with every config's details."))] = False,
) -> None:
    """Print the names that match, one a line."""
    wanted = Wanted((), method, family, dataset, stage, None if fits is None else gigabytes(fits, "--fits"))
    typed = " ".join(filter(None, ((pattern or "").strip(), *(words or ()))))
    found = entries(typed, wanted)
    if not found:
        raise _nothing(typed, wanted)
    if as_json:
        typer.echo(json.dumps([_details(entry, wanted) for entry in found], ensure_ascii=False, indent=2))
        _tell_what_may_fit(typed, wanted)
        return
    typer.echo("CONFIGS".center(_WIDTH, "="))
    if pattern:
        typer.echo(f"PATTERN: {pattern}\n{'-' * 31}")
    for entry in found:
        typer.echo(entry.name)
    typer.echo("=" * (_WIDTH + 1))  # one more than the head, as scripts that read XTuner's list expect
    _tell_what_cannot_be_loaded(found)
    _tell_what_may_fit(typed, wanted)


def _nothing(typed: str, wanted: Wanted) -> WorkbenchError:
    values = [f"--{key} {value}" for key, value in wanted.values.items()]
    if wanted.fits is not None:
        values.append(f"--fits {wanted.fits:g}")
    asked = " ".join(filter(None, (typed, *values)))
    return WorkbenchError(
        _("No config matches {pattern}.").format(pattern=asked),
        fix=unknown_value(wanted) or _may_fit(typed, wanted) or suggestion(typed),
    )


def _may_fit(typed: str, wanted: Wanted) -> str | None:
    """How many were left out because nobody knows their memory; None if none was."""
    count = without_known_size(typed, wanted) if wanted.fits is not None else 0
    if not count:
        return None
    return _("{count} more match, of whose memory nothing is known before the model is here.").format(count=count)


def _tell_what_may_fit(typed: str, wanted: Wanted) -> None:
    if said := _may_fit(typed, wanted):
        typer.echo(said, err=True)


def _details(entry: CatalogueEntry, wanted: Wanted) -> dict[str, object]:
    """With the memory that was looked at, if any was."""
    return asdict(entry) | ({"memory_bytes": bytes_needed(entry.name)} if wanted.fits is not None else {})


def _tell_what_cannot_be_loaded(found: list[CatalogueEntry]) -> None:
    """Not among the names, which scripts read."""
    for reason, count in Counter(entry.needs_code for entry in found if entry.needs_code).items():
        typer.echo(_("{count} of them: {reason}").format(count=count, reason=reason), err=True)
