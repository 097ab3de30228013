"""``workbench import-config``: an XTuner config as a config of workbench."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.commands.wording import examples
from workbench.errors import WorkbenchError
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.configs.xtuner.imported import ImportedConfig

_SUFFIXES = (".yaml", ".yml")
_EXAMPLES = """
  workbench import-config internlm2_chat_1_8b_qlora_alpaca_e3_copy.py

  workbench import-config my_config.py -o configs/mine.yaml --set data_path=my.json --force
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "import-config",
        help=_("Make a YAML config of an XTuner config (.py); its code is read, never run."),
        epilog=examples(_EXAMPLES),
    )(import_config)


def import_config(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The XTuner config, a .py file."))],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="YAML", help=_("The file to write; else NAME.yaml here."))
    ] = None,
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=_("Change a setting; repeatable."))
    ] = None,
    force: Annotated[bool, typer.Option("--force", help=_("Overwrite the file to write."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object with everything."))] = False,
) -> None:
    """Write the YAML and list what it does not have."""
    from workbench.configs.xtuner import imported as room

    made = room.import_config(file.expanduser(), assignments=assignments or [])
    path = None
    if made.config is not None:
        path = room.write_imported(made, _yaml(output, made.name), overwrite=force)
    if as_json:
        typer.echo(json.dumps(_as_json(made, path), ensure_ascii=False, default=str))
    else:
        _print(made, path)
    if path is None:
        raise typer.Exit(1)


def _yaml(output: Path | None, name: str) -> Path:
    """The file to write: as it is named, in the folder that is named, or with the ending that was left out.

    Raises:
        WorkbenchError: it is named like a file of another kind.
    """
    path = (output or Path()).expanduser()
    if path.is_dir():
        return path / f"{name}.yaml"
    if not path.suffix:
        return path.with_suffix(_SUFFIXES[0])
    if path.suffix not in _SUFFIXES:
        raise WorkbenchError(
            _("The new config is a YAML file."),
            where=str(output),
            fix=_("Name it {name}.").format(name=path.with_suffix(_SUFFIXES[0])),
        )
    return path


def _print(made: ImportedConfig, path: Path | None) -> None:
    from workbench.configs.xtuner.imported import refused
    from workbench.configs.xtuner.wording import report_lines, summary
    from workbench.text import printable

    if path is None:
        typer.echo(printable(_("Error: {message}").format(message=refused(made))), err=True)
        typer.echo("\n".join(report_lines(made)).lstrip("\n"))
        return
    typer.echo(_("Imported to {path}").format(path=path))
    typer.echo(summary(made))
    typer.echo("\n".join(report_lines(made)))
    typer.echo("\n" + _("Next: {command}").format(command=f"workbench train {path}"))


def _as_json(made: ImportedConfig, path: Path | None) -> dict[str, Any]:
    return {
        "path": str(path) if path else None,
        "refusals": [asdict(one) for one in made.refusals],
        "carried": [asdict(one) for one in made.carried],
        "not_carried": [asdict(one) for one in made.not_carried],
    }
