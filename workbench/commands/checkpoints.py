"""``workbench checkpoints``: what weights there are, comparing two, deleting with a way back, and the room they take."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from workbench.commands.checkpoints_deleting import AsJson, empty, remove, restore
from workbench.commands.wording import examples
from workbench.i18n import N_, _

if TYPE_CHECKING:
    from workbench.weights.facts import WeightsFacts

_DEFAULT = "list"
_HELP = ("-h", "--help")
_EXAMPLES = """
  workbench checkpoints

  workbench checkpoints ~/models --json

  workbench checkpoints compare adapter_a adapter_b

  workbench checkpoints remove work_dirs/my_run/20260921_141320/checkpoints/checkpoint-20
"""
_COLUMNS = (N_("path"), N_("kind"), N_("size"), N_("precision"), N_("base"), N_("prompt template"), N_("scores"))


class Order(StrEnum):
    """Which layers come first."""

    layer = "layer"
    change = "change"


class _WithDefault(TyperGroup):
    """A group whose unknown first word, or none, belongs to the list."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in _HELP):
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(cls=_WithDefault, rich_markup_mode=None, epilog=examples(_EXAMPLES))
    group.command(_DEFAULT, help=_("List the weights in folders, in the project and in the hub's cache."))(list_weights)
    group.command("compare", help=_("What two weights have not in common, and how far their layers are apart."))(
        compare
    )
    group.command("space", help=_("The room that weights take, and which checkpoints could go."))(space)
    group.command("remove", help=_("Delete weights or a training's folder; it can be brought back."))(remove)
    group.command("restore", help=_("Bring back what was deleted; without a path, the last."))(restore)
    group.command("empty", help=_("Remove for good what was deleted in this project."))(empty)
    app.add_typer(group, name="checkpoints", help=_("Look at checkpoints and models on the disk, compare and delete."))


def list_weights(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH…", help=_("Weights, or folders to look in, instead of the project.")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the table; of weights that are named alone, everything that is known."""
    from workbench.actions.weights import weights_of_project
    from workbench.weights.facts import described
    from workbench.weights.find import Looker

    looker = Looker()
    if paths:
        found = [facts for path in paths for facts in _below(looker, path)]
        cached = []
    else:
        found, cached = weights_of_project(Path.cwd(), looker), looker.cached()
    if as_json:
        hub = [{"name": name, **facts.as_json()} for name, facts in cached]
        typer.echo(json.dumps({"weights": [facts.as_json() for facts in found], "cache": hub}, ensure_ascii=False))
        return
    if paths and [facts.path for facts in found] == [path.expanduser().absolute() for path in paths[:1]]:
        _print_table([(f"{name}:", value) for name, value in described(found[0])])
        return
    rows = [_cells(_from_here(facts.path), facts) for facts in found] + [_cells(name, facts) for name, facts in cached]
    if not rows:
        typer.echo(_("There are no weights here."))
    else:
        _print_table([tuple(_(column) for column in _COLUMNS), *rows])
    for facts in found:
        if facts.trouble:
            typer.echo(_printable(f"{_from_here(facts.path)}: {facts.trouble}"), err=True)


def _below(looker: Any, path: Path) -> list[WeightsFacts]:
    from workbench.errors import WorkbenchError

    place = path.expanduser().absolute()
    if not place.exists():
        raise WorkbenchError(_("There is no such file or folder."), where=str(path))
    if place.is_file():
        return [facts] if (facts := looker.look(place)) is not None else []
    found: list[WeightsFacts] = looker.below(place)
    return found


def _cells(name: str, facts: WeightsFacts) -> tuple[str, ...]:
    from workbench.configs.evaluation_rules import score_text
    from workbench.sizes import in_words
    from workbench.weights.facts import precision_text

    scores = "  ".join(f"{score_text(score)} {share:.0%}" for score, share in facts.scores.items())
    kind = f"✗ {facts.kind.word}" if facts.trouble else facts.kind.word
    size, precision = in_words(facts.bytes), precision_text(facts)
    return name, kind, size, precision, facts.base or "", facts.template or "", scores


def compare(
    first: Annotated[str, typer.Argument(metavar="A", help=_("Weights, or a job: its recommended checkpoint."))],
    second: Annotated[str, typer.Argument(metavar="B", help=_("Those that A is compared to."))],
    order: Annotated[Order, typer.Option("--sort", help=_("Which layers come first."))] = Order.layer,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))] = False,
) -> None:
    """Start the job, follow it, and print what it found."""
    from workbench.actions.weights import start_compare
    from workbench.commands.follow import follow
    from workbench.jobs.results import results_of
    from workbench.weights.comparison import by_change, read_comparison
    from workbench.weights.comparison_text import lines_of

    job = start_compare(first, second, project=Path.cwd())
    code = follow(job, to_stderr=True)
    if code != 0:
        raise typer.Exit(code)
    comparison = read_comparison(Path(str(results_of(job)["comparison"])))
    if order is Order.change:
        comparison.layers = by_change(comparison.layers)
    if as_json:
        typer.echo(comparison.model_dump_json())
        return
    for line in lines_of(comparison):
        typer.echo(_printable(line))


def space(as_json: AsJson = False) -> None:
    """Print what takes the room, largest first."""
    from workbench.actions.weights import cache_line, space_of, weights_of_project
    from workbench.sizes import in_words
    from workbench.weights.comparison_text import bar
    from workbench.weights.find import Looker

    looker = Looker()
    room = space_of(weights_of_project(Path.cwd(), looker), Path.cwd())
    cached = sum(facts.bytes for _name, facts in looker.cached())
    if as_json:
        items = [{"path": str(item.path), "bytes": item.bytes, "could_go": item.could_go} for item in room.items]
        disk = {"disk_total": room.total, "disk_free": room.free, "cache_bytes": cached}
        typer.echo(json.dumps({"items": items, **disk}, ensure_ascii=False))
        return
    largest = max((item.bytes for item in room.items), default=1)
    rows = [
        (_from_here(item.path), in_words(item.bytes), bar(item.bytes / largest), _("could go") if item.could_go else "")
        for item in room.items
    ]
    if rows:
        _print_table(rows)
    said = _("{free} of {total} free on the disk; {spare} are in checkpoints that could go")
    typer.echo(said.format(free=in_words(room.free), total=in_words(room.total), spare=in_words(room.could_be_freed)))
    if cached:
        typer.echo(cache_line(cached))


def _from_here(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _print_table(rows: Sequence[tuple[str, ...]]) -> None:
    from workbench.commands.columns import aligned

    for line in aligned(rows):
        typer.echo(_printable(line))


def _printable(text: str) -> str:
    from workbench.text import printable

    return printable(text)
