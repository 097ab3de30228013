"""Several assistants in one dataset do not contradict each other."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.data.conftest import SAMPLE, Write
from workbench.data.identity.answers import Persona
from workbench.data.identity.generate import IdentityDataset, generate, generate_for
from workbench.data.identity.personas import read_personas
from workbench.errors import WorkbenchError

GENERAL = SAMPLE / "general_dialogue.json"
ADA, BOB = Persona("Ada", "the lab", "InternLM2"), Persona("Bob", system="You are the helper of the library.")
CAN = Persona("小灿", system="你是书店的助手。")


def system_of(row: dict[str, Any]) -> str:
    first = row["messages"][0]
    return str(first["content"]) if first["role"] == "system" else ""


def identity_rows(dataset: IdentityDataset) -> list[dict[str, Any]]:
    return [row for row, is_identity in zip(dataset.rows, dataset.is_identity, strict=True) if is_identity]


def test_one_persona_without_a_system_text_is_the_plain_dataset() -> None:
    assert generate_for([ADA], mix=GENERAL) == generate("Ada", author="the lab", description="InternLM2", mix=GENERAL)


def test_each_names_itself_under_its_own_system_text_only() -> None:
    dataset = generate_for([ADA, BOB, CAN], count=601)
    names = {persona.system: persona.name for persona in (ADA, BOB, CAN)}
    for row in dataset.rows:
        answer = row["messages"][-1]["content"]
        assert not [name for system, name in names.items() if system != system_of(row) and name in answer]
    assert sorted(Counter(map(system_of, dataset.rows)).values()) == [200, 200, 201]


def test_each_denies_the_names_of_the_others() -> None:
    questions: dict[str, str] = {"": "", BOB.system: ""}
    for row in generate_for([ADA, BOB], count=4000).rows:
        questions[system_of(row)] += row["messages"][-2]["content"]
    assert "Bob" in questions[""] and "Bob" not in questions[BOB.system]
    assert "Ada" in questions[BOB.system] and "Ada" not in questions[""]


def test_ordinary_dialogue_stands_under_every_system_text() -> None:
    dataset = generate_for([ADA, BOB], count=200, mix=GENERAL)
    ordinary = [row for row, own in zip(dataset.rows, dataset.is_identity, strict=True) if not own]
    assert Counter(map(system_of, ordinary)) == {"": 100, BOB.system: 100}
    assert len(identity_rows(dataset)) == dataset.identity_rows == 200


def test_dialogue_with_a_system_text_of_its_own_keeps_it(write: Write) -> None:
    mix = write([{"system": "S", "instruction": "Q", "output": "A"}])
    rows = generate_for([BOB], count=4, mix=mix).rows
    assert [system_of(row) for row in rows if row["messages"][-1]["content"] == "A"] == ["S"] * 4


def test_each_is_scored_under_its_own_system_text() -> None:
    probes = generate_for([ADA, BOB]).probes
    assert Counter(probe.system for probe in probes) == {"": len(probes) // 2, BOB.system: len(probes) // 2}
    for probe in probes:
        own, other = ("Bob", "Ada") if probe.system else ("Ada", "Bob")
        assert probe.is_right(f"I am {own}.") and not probe.is_right(f"I am {other}.")
    assert any(probe.is_right("No, I am not Bob but Ada.") for probe in probes if not probe.system)


def test_personas_are_read_from_a_list(write: Write) -> None:
    path = write(
        "- name: Ada\n  author: the lab\n  description: InternLM2\n- {name: 小灿, system: 你是书店的助手。}\n", "p.yaml"
    )
    assert read_personas(path) == [ADA, CAN]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("", "", "are a list"),
        ("name: Ada", "", "are a list"),
        ("[", "", "not YAML"),
        ("- Ada", ":1", "an object with a name"),
        ("- {author: x}", ":1:name", "no name"),
        ("- {name: Ada, autor: x}", ":1:autor", "no field autor"),
        ("- {name: 3}", ":1:name", "must be text"),
        ("- {name: Ada}\n- {name: Bob}", ":2:system", "contradict"),
        ("- {name: Ada, system: a}\n- {name: Bob, system: b}\n- {name: C, system: ' a '}", ":3:system", "Ada and C"),
        ("- {name: Ada}\n- {name: ada, system: x}", ":2", "called ada"),
        ("- !!python/object/apply:os.system [echo]", "", "not YAML"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(write: Write, text: str, where: str, what: str) -> None:
    path = write(text, "p.yaml")
    with pytest.raises(WorkbenchError, match=what) as caught:
        read_personas(path)
    assert str(caught.value.where).startswith(f"{path}{where}")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(WorkbenchError, match="cannot be read") as caught:
        read_personas(Path("nowhere.yaml"))
    assert caught.value.where == "nowhere.yaml"
