"""Invented papers, told as the search tool tells those of arXiv."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from sample_data.tool_use.topics import REPORT, draw_topic
from workbench.agent.tools.arxiv import NOTHING

_AUTHORS = "Abe Bea Carl Dora Emil Fay Gus Hedy Ivo Jin Kim Lars Mona Nils Olga Paul Quin Rosa Sven Tess"
_TITLES = ("On {one}", "On {one} and {two}", "{one} and {two}", "{one} without {two}")


@dataclass(frozen=True)
class Paper:
    """A paper as the tool tells it. ``published``: year, month and day."""

    published: str
    title: str
    authors: str
    summary: str


def draw_papers(topic: str, draw: random.Random) -> list[Paper]:
    """Those that are found for a topic, one to three or, rarely, none; the first is about it."""
    if draw.random() < 0.06:
        return []
    others = [draw_topic(draw, unseen=False) for _ in range(draw.choice((0, 0, 0, 0, 1, 2)))]
    return [_paper(one, draw) for one in (topic, *others)]


def as_text(papers: Sequence[Paper]) -> str:
    """The papers as the tool gives them."""
    told = (
        f"Published: {paper.published}\nTitle: {paper.title}\nAuthors: {paper.authors}\nSummary: {paper.summary}"
        for paper in papers
    )
    return "\n\n".join(told) or NOTHING


def _paper(topic: str, draw: random.Random) -> Paper:
    published = f"{draw.randint(2019, 2026)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
    author = draw.choice(_AUTHORS.split())
    if topic.endswith(REPORT):
        return Paper(published, topic, author, "An invented report.")
    other = draw_topic(draw, unseen=False).removesuffix(REPORT).strip()
    title = draw.choice(_TITLES).format(one=topic, two=other)
    return Paper(published, title, author, f"An invented paper about {topic}.")
