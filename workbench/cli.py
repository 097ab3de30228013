"""The ``workbench`` command: assembles the subcommands, each a thin module of `workbench.commands`.

No command imports anything heavy before it is called, so that ``workbench --help`` answers at once. This module has
no postponed annotations: typer reads those of the callback, which is defined where typer is already imported.
"""

import codecs
import errno
import gettext
import importlib
import io
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

from workbench.errors import WorkbenchError
from workbench.i18n import LOCALES, N_, _, current_language

if TYPE_CHECKING:
    import typer

COMMANDS = (
    "list_cfg",
    "copy_cfg",
    "import_config",
    "data",
    "train",
    "preflight",
    "sweep",
    "jobs",
    "attach",
    "queue",
    "pause",
    "unpause",
    "cancel",
    "convert",
    "merge",
    "checkpoints",
    "evaluate",
    "compare",
    "votes",
    "score",
    "mmbench",
    "eval_refcoco",
    "chat",
    "chats",
    "serve_api",
    "serve",
    "download",
    "upload",
    "export",
    "quickstart",
    "doctor",
)

_INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""

# Words that the option parser looks up through the standard gettext; see _translate_the_parser.
PARSER_TEXTS = (
    N_("Arguments"),
    N_("Options"),
    N_("Commands"),
    N_("Missing command."),
    N_("No such command {name!r}."),
    N_("default: {default}"),
    N_("required"),
)


def build_app() -> "typer.Typer":
    """The command line with every subcommand registered."""
    import typer

    app = typer.Typer(
        name="workbench",
        rich_markup_mode=None,  # plain help: no rich import, and nothing in a text is taken for markup
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )

    @app.callback(
        invoke_without_command=True,
        help=_("Teach an open language model something from the terminal, and see whether it worked."),
        epilog=_("Without a command, the full-screen app opens. `workbench COMMAND --help` shows examples."),
    )
    def open_app_or_show_version(
        ctx: typer.Context,
        version: Annotated[bool, typer.Option("--version", help=_("Show the version and exit."))] = False,
    ) -> None:
        if version:
            from workbench import __version__

            typer.echo(f"workbench {__version__}")
        elif ctx.invoked_subcommand is None:
            raise typer.Exit(_open_app())

    for name in COMMANDS:
        importlib.import_module(f"workbench.commands.{name}").register(app)
    return app


def _open_app() -> int:
    from workbench.ui.launch import main as open_app

    return open_app()


def _translate_the_parser() -> None:
    """Let the option parser find its own words in our catalogue, in the language of our texts."""
    os.environ["LANGUAGE"] = current_language()
    gettext.bindtextdomain("workbench", str(LOCALES))
    gettext.textdomain("workbench")


def _run_command() -> int:
    """Run the command that was asked for; what the parser refuses is told in the language of our texts."""
    import typer

    from workbench.commands.wording import said_by, speak_our_language

    usage_error: Any = typer.BadParameter.__base__  # its module is another one in every few versions of typer
    command = typer.main.get_command(build_app())
    speak_our_language(command)
    try:
        code = command(prog_name="workbench", standalone_mode=False)
    except usage_error as error:
        sys.stderr.write(said_by(error))
        return int(error.exit_code)
    except typer.Abort:
        sys.stderr.write(_("Aborted!") + "\n")
        return 1
    return code if isinstance(code, int) else 0


def main() -> None:
    """Run the command line and leave with its exit code: 0 done, 1 a mistake or failure, 2 wrong usage, 130 Ctrl-C."""
    _stand_in_for_closed_streams()
    _write_what_the_terminal_can()
    try:
        code = _followed_and_run()
        sys.stdout.flush()
        sys.exit(code)
    except WorkbenchError as error:
        _report(error)
        sys.exit(1)
    except OSError as error:  # mostly of the output: where files are read and written, the command has its own words
        if error.filename is None:  # not of a file: the output itself
            _let_go_of_output()
        if not isinstance(error, BrokenPipeError):  # who reads has seen enough
            is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
            fix = _("Free some space or choose another folder.") if is_full else None
            where = str(error.filename) if error.filename else None
            _report(WorkbenchError(error.strerror or str(error), where=where, fix=fix))
        sys.exit(1)
    except KeyboardInterrupt:  # while something is imported; later on, the parser sees it
        sys.stderr.write(_("Aborted!") + "\n")
        sys.exit(_INTERRUPTED)


def _let_go_of_output() -> None:
    """What could not be written is not tried once more when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _stand_in_for_closed_streams() -> None:
    """What was started with a closed stream writes it to nowhere; else the next file that is opened would stand in it."""
    while (opened := os.open(os.devnull, os.O_RDWR)) < 3:
        os.set_inheritable(opened, True)
    os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (
        stream or os.fdopen(number, mode)
        for number, (stream, mode) in enumerate(((sys.stdin, "r"), (sys.stdout, "w"), (sys.stderr, "w")))
    )


def _write_what_the_terminal_can() -> None:
    """Where the terminal's encoding lacks a character, write another one instead of failing; in JSON, its escape."""
    codecs.register_error("json-escape", _escaped)
    errors = "json-escape" if "--json" in sys.argv else "replace"
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors=errors)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    import json

    assert isinstance(error, UnicodeEncodeError)
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def _followed_and_run() -> int:
    """The app or the command, after where models come from was set as the user prefers."""
    from workbench.hub.mirrors import follow_choice
    from workbench.preferences import read_preferences

    follow_choice(read_preferences().mirror)
    if len(sys.argv) == 1:
        return _open_app()
    _translate_the_parser()
    return _run_command()


def _report(error: WorkbenchError) -> None:
    """What is wrong, where, and how to mend it: on standard error, and for a program that has asked for JSON as such."""
    from workbench.text import printable

    if "--json" in sys.argv:
        import json

        told = {"what": error.what, "where": error.where, "fix": error.fix}
        sys.stdout.write(json.dumps({"error": told}, ensure_ascii=False) + "\n")
    sys.stderr.write(_("Error: {message}").format(message=printable(str(error))) + "\n")


if __name__ == "__main__":
    main()
