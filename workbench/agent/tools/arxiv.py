"""Searching arXiv through its Atom feed (https://info.arxiv.org/help/api/user-manual.html)."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from workbench.agent.tools.fetching import fetched
from workbench.agent.tools.settings import SAMPLE_ARXIV, ToolError, ToolSettings

RESULTS = 3
NOTHING = "No good Arxiv Result was found"
_QUERY_CHARACTERS = 300
_SUMMARY_CHARACTERS = 1500
_ATOM = {"atom": "http://www.w3.org/2005/Atom"}


def run(arguments: dict[str, Any], settings: ToolSettings) -> str:
    """The best three papers: ``Published``, ``Title``, ``Authors`` and ``Summary`` of each.

    Raises:
        ToolError: arXiv cannot be asked, or answers with something else.
    """
    words = "".join(one if one.isprintable() else " " for one in arguments["query"]).split()
    query = " ".join(words)[:_QUERY_CHARACTERS]
    if not query:
        raise ToolError("the query is empty")
    found = _entries(_feed(query, settings.arxiv_url))
    return "\n\n".join(map(_told, found[:RESULTS])) or NOTHING


def _feed(query: str, url: str) -> bytes:
    if url == SAMPLE_ARXIV:
        from workbench.agent.tools.arxiv_sample import feed

        return feed(query, RESULTS)
    return fetched("arXiv", "GET", url, params={"search_query": f"all:{query}", "max_results": RESULTS})


def _entries(feed: bytes) -> list[ElementTree.Element]:
    try:
        root = ElementTree.fromstring(feed)
    except (ElementTree.ParseError, ValueError) as error:
        raise ToolError("arXiv answers with something that is no feed") from error
    entries = root.findall("atom:entry", _ATOM)
    if entries and _text(entries[0], "title") == "Error":
        raise ToolError(f"arXiv refuses the query: {_text(entries[0], 'summary')}")
    return entries


def _told(entry: ElementTree.Element) -> str:
    authors = ", ".join(_text(author, "name") for author in entry.findall("atom:author", _ATOM))
    return (
        f"Published: {_text(entry, 'published')[:10]}\nTitle: {_text(entry, 'title')}\nAuthors: {authors}\n"
        f"Summary: {_text(entry, 'summary')[:_SUMMARY_CHARACTERS]}"
    )


def _text(entry: ElementTree.Element, name: str) -> str:
    return " ".join((entry.findtext(f"atom:{name}", "", _ATOM)).split())
