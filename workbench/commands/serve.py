"""``workbench serve``: the app in a browser."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.commands.wording import examples
from workbench.i18n import _

if TYPE_CHECKING:
    from pydantic import SecretStr

_EXAMPLES = """
  workbench serve

  workbench serve --port 8081

  WORKBENCH_SERVE_PASSWORD=… workbench serve --host 0.0.0.0
"""
PASSWORD_VARIABLE = "WORKBENCH_SERVE_PASSWORD"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve", help=_("Open the app of this folder in a browser."), epilog=examples(_EXAMPLES))(serve)


def serve(
    host: Annotated[
        str, typer.Option(help=_("The address to listen at; any other than this machine's own demands a password."))
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=_("The port; 0 takes a free one."), min=0, max=65535)] = 8080,
    password_env: Annotated[
        str,
        typer.Option(metavar="NAME", help=_("The environment variable with the password; not set, one is made.")),
    ] = PASSWORD_VARIABLE,
    no_password: Annotated[
        bool, typer.Option("--no-password", help=_("Let everybody in who is logged in to this machine."))
    ] = False,
) -> None:
    """Serve until ctrl+c."""
    from workbench.actions.python import module_command
    from workbench.actions.serve_api import require_library
    from workbench.errors import WorkbenchError
    from workbench.serving.address import in_the_clear, is_loopback, listening_socket, tunnel_command, url_of
    from workbench.serving.keys import new_key

    require_library()
    if no_password and not is_loopback(host):
        raise WorkbenchError(
            _("Others than this machine can reach {host}; they need a password.").format(host=host),
            where="--no-password",
            fix=_("Leave it out: a password is made and shown."),
        )
    given = _given_password(password_env)
    made = None if given or no_password else new_key()
    place = listening_socket(host, port)
    port = place.getsockname()[1]
    url = url_of(host, port)

    def tell() -> None:
        link = f"{url}/?password={made.get_secret_value()}" if made else url
        typer.echo(_("The app is at:\n  {link}").format(link=link))
        if is_loopback(host):
            typer.echo(
                _("On another machine, first type there:\n  {command}").format(command=tunnel_command(port, host))
            )
        else:
            typer.echo(in_the_clear(port))
        typer.echo(_("Ctrl-C ends it and the apps of all tabs; jobs go on."))

    from workbench.serving.browser import BrowserServer

    BrowserServer(place, module_command("workbench"), given or made, tell).serve()


def _given_password(variable: str) -> SecretStr | None:
    """The password of the environment, taken out of it so that no app inherits it.

    Raises:
        WorkbenchError: another variable was named than the usual one, and it is not set; or it is too short.
    """
    from workbench.serving.keys import key_in

    if variable == PASSWORD_VARIABLE and variable not in os.environ:
        return None
    password = key_in(variable)
    del os.environ[variable]
    return password
