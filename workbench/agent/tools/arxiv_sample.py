"""A small arXiv of invented papers: answers queries with an Atom feed of the shape that arXiv's has."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.sax.saxutils import escape

from workbench.paths import shipped

_FEED = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" \
xmlns="http://www.w3.org/2005/Atom">
  <id>sample:arxiv</id>
  <title>arXiv Query: search_query=all:{query}&amp;id_list=&amp;start=0&amp;max_results={most}</title>
  <updated>2026-01-01T00:00:00Z</updated>
  <opensearch:itemsPerPage>{most}</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
{entries}</feed>
"""
_ENTRY = """  <entry>
    <id>http://arxiv.example/abs/{id}</id>
    <title>{title}</title>
    <updated>{published}T00:00:00Z</updated>
    <summary>{summary}</summary>
    <category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
    <published>{published}T00:00:00Z</published>
{authors}  </entry>
"""
_WORD = re.compile(r"[a-z0-9]+|[\u4e00-\u9fff]")
_COMMON = {"a", "an", "and", "about", "for", "in", "of", "on", "paper", "papers", "the", "to", "with"}


def feed(query: str, most: int) -> bytes:
    """The papers that share most words with a query, those in the title counting three times."""
    words = set(_WORD.findall(query.lower())) - _COMMON
    ranked = sorted(((_score(paper, words), paper) for paper in papers()), key=lambda pair: -pair[0])
    found = [paper for score, paper in ranked if score]
    entries = "".join(map(_entry, found[:most]))
    text = _FEED.format(query=escape(query), most=most, total=len(found), entries=entries)
    return text.encode()


def papers() -> list[dict[str, Any]]:
    """``id``, ``published``, ``title``, ``authors`` and ``summary`` of each."""
    found: list[dict[str, Any]] = json.loads((shipped("sample_data") / "arxiv.json").read_bytes())
    return found


def _score(paper: dict[str, Any], words: set[str]) -> int:
    return 3 * len(words & _words(paper["title"])) + len(words & _words(paper["summary"]))


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _entry(paper: dict[str, Any]) -> str:
    authors = "".join(f"    <author>\n      <name>{escape(name)}</name>\n    </author>\n" for name in paper["authors"])
    texts = {name: escape(paper[name]) for name in ("id", "title", "published", "summary")}
    return _ENTRY.format(**texts, authors=authors)
