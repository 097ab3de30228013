"""The options of ``workbench chat`` for models that call tools."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.errors import WorkbenchError, mend_file, system_reason
from workbench.i18n import _
from workbench.paths import resolve_model

if TYPE_CHECKING:
    from workbench.agent.plain import AgentAnswering
    from workbench.chat.agent_choice import AgentChoice

Agent = Annotated[
    str | None,
    typer.Option(help=_("Let the model call tools: react, moss, internlm2_plugin, tool_calls, or auto to fit it.")),
]
Tools = Annotated[
    list[str] | None,
    typer.Option(
        help=_("Its tools, with commas: {names}.").format(
            names="calculator, equation_solver, clock, read_file, python, arxiv_search, web_search"
        )
    ),
]
Mcp = Annotated[Path | None, typer.Option(help=_("File of MCP servers whose tools it may call, too."))]
AgentText = Annotated[
    str | None,
    typer.Option(
        help=_("File with the protocol's system text; full, short and chinese are texts of ReAct that are there.")
    ),
]
ForceStop = Annotated[str | None, typer.Option(help=_("What the model is told before its last turn."))]
MaxTurns = Annotated[int, typer.Option(help=_("How often the model is asked for one question."), min=1, max=99)]
Allow = Annotated[
    list[str] | None, typer.Option(help=_("A tool that may touch the outside without asking; repeatable."))
]
ArxivUrl = Annotated[str | None, typer.Option(help=_("Where arXiv is asked; sample:arxiv answers without a network."))]
Plugins = Annotated[
    list[str] | None,
    typer.Option("--with-plugins", help=_("MOSS's plugins: calculate, solve, search; as --agent moss.")),
]
Lagent = Annotated[bool, typer.Option("--lagent", help=_("ReAct with a web search; as --agent react."))]
MOSS = "moss_sft"
MORE_PLUGINS = typer.Argument(hidden=True, metavar="plugin")
"""Words behind ``--with-plugins``, as XTuner takes them."""


def chosen_agent(
    *,
    agent: str | None,
    tools: list[str] | None,
    mcp: Path | None,
    text: str | None,
    force_stop: str | None,
    max_turns: int,
    arxiv_url: str | None,
    plugins: list[str] | None,
    more_plugins: list[str] | None,
    lagent: bool,
    bot_name: str,
    allowed: list[str],
) -> AgentChoice | None:
    """The choice that the options make; None if the model is to call no tools.

    Raises:
        WorkbenchError: they exclude each other, name something unknown, or a file that cannot be read, or are for
            tools that there are none of.
    """
    if more_plugins and not plugins:
        raise typer.BadParameter(_("There is an argument too many: {name}").format(name=more_plugins[0]))
    ways = [flag for flag, given in (("--agent", agent), ("--with-plugins", plugins), ("--lagent", lagent)) if given]
    if len(ways) > 1:
        fix = _("Leave one of them out.")
        raise WorkbenchError(_("Only one kind of agent can answer."), where=" ".join(ways), fix=fix)
    from workbench.chat.agent_choice import MOST_TURNS, AgentChoice

    if not (ways or tools or mcp):
        _refuse_idle(
            {
                "--agent-text": text,
                "--force-stop": force_stop,
                "--max-turns": max_turns != MOST_TURNS,
                "--arxiv-url": arxiv_url,
                "--allow": allowed,
            }
        )
        return None
    from workbench.agent.chosen import USUAL_TOOLS, lagent_choice, plugins_choice
    from workbench.agent.tools.builtin import require_tool

    for name in () if mcp else allowed:
        require_tool(name, "--allow")
    if lagent:
        choice = lagent_choice()
    elif plugins:
        choice = plugins_choice(_names([*plugins, *(more_plugins or [])]), bot_name)
    else:
        named = _names(tools or []) or (() if mcp else USUAL_TOOLS)
        choice = AgentChoice(is_on=True, protocol=agent or "auto", tools=named, bot_name=bot_name)
    given = {
        "mcp": str(mcp) if mcp else None,
        "text": _text(text) if text else None,
        "force_stop": force_stop,
        "arxiv_url": arxiv_url,
        "max_turns": max_turns,
    }
    return choice.model_copy(update={name: value for name, value in given.items() if value})


def agent_for(choice: AgentChoice | None, weights: str) -> AgentChoice | None:
    """The choice with what suits the weights where it leaves that open; without one it is told that there could be."""
    from workbench.agent.learned import fitted, learned_choice

    folder = Path(resolve_model(weights)).expanduser()
    if choice is not None:
        return fitted(choice, folder)
    if learned_choice(folder) is not None:
        typer.echo(_("This model has learned to call tools: --agent auto lets it."), err=True)
    return None


def _refuse_idle(given: Mapping[str, object]) -> None:
    """
    Raises:
        WorkbenchError: an option would change nothing, as no tools are to be called.
    """
    if idle := [option for option, value in given.items() if value]:
        raise WorkbenchError(
            _("It is for a model that may call tools, and this one may not."),
            where=" ".join(idle),
            fix=_("Say how it calls them, --agent auto, for example, or leave it out."),
        )


def plain_agent(choice: AgentChoice, project: Path, allowed: frozenset[str]) -> AgentAnswering:
    """What answers on a plain terminal.

    Raises:
        WorkbenchError: there is no such protocol, or no such tool.
    """
    from workbench.agent.chosen import protocol_of, toolbox_of
    from workbench.agent.consent import Consent
    from workbench.agent.plain import AgentAnswering

    protocol_of(choice, "")
    return AgentAnswering(choice, toolbox_of(choice, project), Consent(project, allowed))


def moss_templates(prompt_template: str | None, system_template: str | None) -> tuple[str, str | None]:
    """The prompt template that plugins need, and the system text beside the one in which they are listed.

    Raises:
        WorkbenchError: another one was given.
    """
    for flag, given in (("--prompt-template", prompt_template), ("--system-template", system_template)):
        if given not in {None, MOSS}:
            raise WorkbenchError(
                _("Plugins need the template {name}.").format(name=MOSS),
                where=flag,
                fix=_("Leave it out, or choose another way to call tools with --agent."),
            )
    return MOSS, None


def _names(given: list[str]) -> tuple[str, ...]:
    """Names that stand in options of their own, or in one with commas or blanks between them."""
    return tuple(name for one in given for name in one.replace(",", " ").split())


def _text(named: str) -> str:
    from workbench.agent.protocols.texts import REACT_TEXTS

    if known := REACT_TEXTS.get(named):
        return known
    file = Path(resolve_model(named))
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise WorkbenchError(_("It is no UTF-8 text."), where=str(file)) from error
    except OSError as error:
        said = _("The text cannot be read: {reason}").format(reason=system_reason(error))
        raise WorkbenchError(said, where=str(file), fix=mend_file(file)) from error
    if not text.strip():
        raise WorkbenchError(_("The text is empty."), where=str(file), fix=_("Write it, or leave --agent-text out."))
    return text
