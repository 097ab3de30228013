"""The built-in tools: how they are described, and where their work is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from workbench.agent.tool import ToolSpec
from workbench.agent.tools.settings import SAMPLE_ARXIV, ToolSettings
from workbench.errors import WorkbenchError, nearest
from workbench.i18n import N_, _


@dataclass(frozen=True)
class BuiltIn:
    """``module``: what does the work; ``seconds``: after which it is given up, its process with it."""

    spec: ToolSpec
    module: str
    seconds: float


def _object(required: tuple[str, ...] = (), **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


WEB_SEARCH = "web_search"
_TOOLS = (
    BuiltIn(
        ToolSpec(
            "calculator",
            "Works out an arithmetic expression.",
            _object(("expression",), expression=_text("such as (3 + 4) * 2 or sqrt(2)")),
            label=N_("Works out sums exactly; no code is run."),
        ),
        "calculator",
        10,
    ),
    BuiltIn(
        ToolSpec(
            "equation_solver",
            "Solves an equation, or several with commas between them.",
            _object(("equation",), equation=_text("such as 2*x + 3 = 7")),
            label=N_("Solves equations; no code is run."),
        ),
        "equations",
        20,
    ),
    BuiltIn(
        ToolSpec(
            "clock",
            "Tells the current date and time.",
            _object(timezone=_text("such as Asia/Shanghai; without it the local time")),
            label=N_("Tells date and time."),
        ),
        "clock",
        5,
    ),
    BuiltIn(
        ToolSpec(
            "read_file",
            "Reads a text file of the project folder.",
            _object(
                ("path",),
                path=_text("relative to the project folder"),
                first_line={"type": "integer", "description": "where to begin, 1 by default"},
            ),
            label=N_("Reads text files of this project's folder, no others."),
        ),
        "read_file",
        10,
    ),
    BuiltIn(
        ToolSpec(
            "python",
            "Runs Python code and gives what it prints, or the value of its last line.",
            _object(("code",), code=_text("a whole program; no network, no other files, no other processes")),
            outside=True,
            label=N_("Runs Python in a process without network, that sees only an empty folder of its own."),
        ),
        "python",
        30,
    ),
    BuiltIn(
        ToolSpec(
            "arxiv_search",
            "Searches arXiv for papers and gives date, title, authors and summary of the best three.",
            _object(("query",), query=_text("words to search for")),
            outside=True,
            label=N_("Asks arXiv for papers."),
        ),
        "arxiv",
        40,
    ),
    BuiltIn(
        ToolSpec(
            WEB_SEARCH,
            "Searches the web and gives the best results.",
            _object(("query",), query=_text("words to search for")),
            outside=True,
            label=N_("Asks a web search; its key is SERPER_API_KEY in the environment."),
        ),
        "web_search",
        40,
    ),
)
BUILT_IN = {tool.spec.name: tool for tool in _TOOLS}


def require_tool(name: str, where: str) -> None:
    """
    Raises:
        WorkbenchError: there is no built-in tool of this name.
    """
    if name not in BUILT_IN:
        raise WorkbenchError(
            _("There is no tool called {name}.").format(name=name),
            where=where,
            fix=_("Nearest: {names}").format(names=", ".join(nearest(name, BUILT_IN) or BUILT_IN)),
        )


def built_in_specs(names: list[str], settings: ToolSettings) -> list[ToolSpec]:
    """The tools of these names, in this order.

    Raises:
        WorkbenchError: there is none of a name.
    """
    for name in names:
        require_tool(name, "--tools")
    specs = [BUILT_IN[name].spec for name in dict.fromkeys(names)]
    is_offline = settings.arxiv_url == SAMPLE_ARXIV
    return [replace(spec, outside=False) if is_offline and spec.name == "arxiv_search" else spec for spec in specs]
