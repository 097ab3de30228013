"""The whole journeys on the sample model: how long they take, and what the model has learnt."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from tests.bench.environment import environment
from tests.bench.measurement import Figure, Measurement, Settings, Target
from tests.bench.trainings import project
from tests.e2e.project import WORKBENCH

_MOST_SECONDS, _MOST_SECONDS_WITH_TOOLS = 240, 300
_LEAST_IDENTITY, _LEAST_RETENTION = 0.95, 0.90
_MOST_VALID_BEFORE, _LEAST_VALID_AFTER = 0.10, 0.90


def _made(*options: str) -> dict[str, Any]:
    """The figures of a journey that is run once: it takes minutes, and its shares are the same each time."""
    with project() as where:
        done = subprocess.run(
            [WORKBENCH, "quickstart", *options, "--json"],
            cwd=where.folder,
            env=environment(where),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=True,
        )
        made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return made


def measure(settings: Settings) -> list[Figure]:
    """The journey that teaches a name."""
    made = _made()
    identity, retention = made["identity"], made["retention"]
    return [
        Figure("`workbench quickstart`", [made["seconds"]], "s", Target(_MOST_SECONDS)),
        Figure(
            "identity on unseen paraphrases",
            [identity["after"] * 100],
            "%",
            Target(_LEAST_IDENTITY * 100, at_least=True),
            f"{identity['before']:.1%} before",
        ),
        Figure(
            "retention, of what it was before",
            [retention["after"] / retention["before"] * 100],
            "%",
            Target(_LEAST_RETENTION * 100, at_least=True),
            f"{retention['before']:.1%} before, {retention['after']:.1%} after",
        ),
    ]


def measure_tools(settings: Settings) -> list[Figure]:
    """The journey that teaches to use tools."""
    made = _made("--agent")
    valid, retention, small_talk = made["valid_calls"], made["retention"], made["small_talk"]
    return [
        Figure("`workbench quickstart --agent`", [made["seconds"]], "s", Target(_MOST_SECONDS_WITH_TOOLS)),
        Figure("valid calls before", [valid["before"] * 100], "%", Target(_MOST_VALID_BEFORE * 100)),
        Figure("valid calls after", [valid["after"] * 100], "%", Target(_LEAST_VALID_AFTER * 100, at_least=True)),
        Figure("retention without tools, after", [retention["after"] * 100], "%"),
        Figure("small talk with tools at hand, before", [small_talk["before"] * 100], "%"),
        Figure("small talk with tools at hand, after", [small_talk["after"] * 100], "%"),
    ]


QUICKSTART = Measurement(
    "quickstart",
    "The quickstart",
    how="`workbench quickstart --json` is run once in an empty folder and its own figures are taken: seconds from its "
    "start to the last score, shares of the questions answered right. Identity is asked with paraphrases that are not "
    "in the training data, retention with questions that the sample model answered right before.",
    limits="The seconds depend on the processor more than anything else here. The shares are those of a model of a few "
    "million parameters.",
    run=measure,
)
QUICKSTART_TOOLS = Measurement(
    "quickstart_agent",
    "The quickstart with tools",
    how="`workbench quickstart --agent --json` is run once in an empty folder and its own figures are taken. A call is "
    "valid if it can be read by the ReAct protocol, names the tool that the question needs, and has arguments that the "
    "tool takes; the wordings, sums and topics of the 96 questions are not in the training data.",
    limits="As of the quickstart. Sums are of numbers with one digit.",
    run=measure_tools,
)
