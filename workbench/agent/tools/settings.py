"""What tools need to know beside their arguments."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path

ARXIV_URL = "https://export.arxiv.org/api/query"
SAMPLE_ARXIV = "sample:arxiv"
"""A small arXiv of invented papers that answers without a network."""
SEARCH_URL = "https://google.serper.dev/search"
SEARCH_KEY = "SERPER_API_KEY"
"""The variable of the environment that holds the key for web searches."""


class ToolError(Exception):
    """A tool cannot do what it was asked; the text is what the model is told."""


def usual_arxiv() -> str:
    """Where arXiv is asked unless somebody says otherwise."""
    return os.environ.get("WORKBENCH_ARXIV_URL") or ARXIV_URL


@dataclass(frozen=True)
class ToolSettings:
    """``project``: the folder whose files may be read. The addresses can be moved, for a mirror or a stub."""

    project: Path
    arxiv_url: str = ARXIV_URL
    search_url: str = SEARCH_URL

    @classmethod
    def of_environment(cls, project: Path, arxiv_url: str | None = None) -> ToolSettings:
        """As ``WORKBENCH_ARXIV_URL`` and ``WORKBENCH_SEARCH_URL`` say, unless an address is given."""
        return cls(
            project.resolve(),
            arxiv_url or usual_arxiv(),
            os.environ.get("WORKBENCH_SEARCH_URL") or SEARCH_URL,
        )

    def as_json(self) -> dict[str, str]:
        """As `from_json` takes them."""
        return {name: str(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, values: dict[str, str]) -> ToolSettings:
        return cls(Path(values["project"]), values["arxiv_url"], values["search_url"])
