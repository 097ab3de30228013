"""Files that name MCP servers, as other programs have them: ``{"mcpServers": {name: {…}}}``."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, model_validator

from workbench.configs.problems import sentence
from workbench.errors import WorkbenchError, mend_file, system_reason
from workbench.i18n import N_, _
from workbench.text import printable

_EXAMPLE = '{"mcpServers": {"files": {"command": "server", "args": ["--stdio"]}}}'


class McpServer(BaseModel):
    """A server: a ``command`` that is started, or the ``url`` where it answers. What other programs add is let be.

    Args:
        type: ``sse`` for a url that answers by the older way with two addresses; everything else is streamable HTTP.
    """

    model_config = ConfigDict(extra="ignore")

    command: str | None = None
    args: list[str] = []
    env: dict[str, str] = {}
    cwd: str | None = None
    url: str | None = Field(None, validation_alias=AliasChoices("url", "serverUrl"))
    headers: dict[str, str] = {}
    type: str | None = Field(None, validation_alias=AliasChoices("type", "transport"))
    disabled: bool = False

    @model_validator(mode="after")
    def _has_one_way(self) -> McpServer:
        if (self.command is None) == (self.url is None):
            raise ValueError(N_("it needs a command or a url, one of the two"))
        return self

    def origin(self, name: str) -> str:
        """The name with a mark of how it is reached: consent given to one server does not hold for another."""
        way = self.model_dump_json(include={"command", "args", "cwd", "url"})
        return f"{name}@{hashlib.sha256(way.encode()).hexdigest()[:12]}"


class McpFile(BaseModel):
    """The whole file."""

    servers: Annotated[dict[str, McpServer], Field(validation_alias="mcpServers")]


def read_mcp_file(path: Path) -> dict[str, McpServer]:
    """The servers of a file that are not switched off, by name.

    Raises:
        WorkbenchError: it cannot be read, or is no such file; ``where`` names the server.
    """
    try:
        file = McpFile.model_validate_json(path.read_bytes())
    except OSError as error:
        said = _("The file of MCP servers cannot be read: {reason}").format(reason=system_reason(error))
        raise WorkbenchError(said, where=str(path), fix=mend_file(path)) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ":".join([str(path), *(printable(str(part)) for part in first["loc"])])
        said = _("This is no list of MCP servers: {reason}").format(reason=printable(sentence(first)))
        fix = _("It has a command or a url for each server, such as {example}").format(example=_EXAMPLE)
        raise WorkbenchError(said, where=place, fix=fix) from error
    return {name: server for name, server in file.servers.items() if not server.disabled}
