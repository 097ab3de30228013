"""``workbench copy-cfg``: a config of the catalogue as a file of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.wording import examples
from workbench.i18n import _
from workbench.text import printable

_EXAMPLES = """
  workbench copy-cfg internlm2_chat_1_8b_qlora_alpaca_e3 .

  workbench copy-cfg workbench_sample_qlora_identity_e2 configs --set data_path=my.json --set max_epochs=1
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("copy-cfg", help=_("Copy a config into a folder, to edit it."), epilog=examples(_EXAMPLES))(copy_cfg)


def copy_cfg(
    name: Annotated[str, typer.Argument(metavar="NAME", help=_("A name from list-cfg, or a config file."))],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("The folder; made if it does not exist."))],
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=_("Change a setting; repeatable."))
    ] = None,
    force: Annotated[bool, typer.Option("--force", help=_("Overwrite an earlier copy."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print a JSON object with the path."))] = False,
) -> None:
    """Write ``DIR/<name>_copy.yaml`` with every field explained."""
    from workbench.configs.copies import copy_config
    from workbench.configs.files import load_config
    from workbench.configs.own_code import own_code_trouble

    path = copy_config(name, folder, assignments=assignments or [], overwrite=force)
    if as_json:
        typer.echo(json.dumps({"path": str(path)}, ensure_ascii=False))
    else:
        typer.echo(_("Copied to {path}").format(path=path))
    if (trouble := own_code_trouble(load_config(path))) is not None:
        typer.echo(_("Warning: {message}").format(message=printable(str(trouble))), err=True)
