"""The whole journey on the sample model: how long it takes, and what the model has learnt."""

from __future__ import annotations

import json
import subprocess

from tests.bench.environment import environment
from tests.bench.measurement import Figure, Measurement, Settings, Target
from tests.bench.trainings import project
from tests.e2e.project import WORKBENCH

_MOST_SECONDS = 240
_LEAST_IDENTITY, _LEAST_RETENTION = 0.95, 0.90


def measure(settings: Settings) -> list[Figure]:
    """Once: it takes minutes, and its shares are the same each time."""
    with project() as where:
        done = subprocess.run(
            [WORKBENCH, "quickstart", "--json"],
            cwd=where.folder,
            env=environment(where),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=True,
        )
        made = json.loads(done.stdout.splitlines()[-1])
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
