"""The self-identity generator: varied, mixed, the same for the same seed, and never trained on what it is scored by."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.data.conftest import SAMPLE, Write
from workbench.data.identity.answers import Persona, answers
from workbench.data.identity.generate import (
    LITERAL_QUESTION,
    IdentityDataset,
    generate,
    literal,
    probe_file_of,
    write_dataset,
)
from workbench.data.identity.questions import OTHER_ASSISTANTS, QUESTIONS, questions
from workbench.data.probes import read_probes
from workbench.data.read import read_file
from workbench.errors import WorkbenchError

GENERAL = SAMPLE / "general_dialogue.json"
INTENT_OF = {question.text: question for question in QUESTIONS if question.intent != "other"}


def asked(dataset: IdentityDataset) -> list[str]:
    return [row["messages"][0]["content"] for row in dataset.rows]


def answered(dataset: IdentityDataset) -> list[str]:
    return [row["messages"][-1]["content"] for row in dataset.rows]


def about_the_user(dataset: IdentityDataset) -> list[dict[str, Any]]:
    intents = [(row, INTENT_OF.get(row["messages"][0]["content"])) for row in dataset.rows]
    return [row for row, question in intents if question and question.intent == "user"]


def test_the_same_arguments_give_the_same_dataset() -> None:
    assert generate("小明", mix=GENERAL, seed=3) == generate("小明", mix=GENERAL, seed=3)


def test_another_seed_gives_another_dataset() -> None:
    assert generate("小明", mix=GENERAL, seed=3).rows != generate("小明", mix=GENERAL, seed=4).rows


def test_rows_are_questions_and_answers_as_openai_messages(write: Write) -> None:
    dataset = generate("小明", mix=GENERAL)
    for row in dataset.rows:
        assert [message["role"] for message in row["messages"]] == ["user", "assistant"]
        assert all(message["content"].strip() for message in row["messages"])
    data = read_file(write(dataset.rows))
    assert data.format.name == "openai"
    assert not [row for row in data.rows if row.sample.is_empty]


def test_every_phrasing_is_trained() -> None:
    dataset = generate("小明")
    texts = Counter(asked(dataset))
    assert all(texts[text] for text, question in INTENT_OF.items() if not question.unseen)
    assert len(texts) >= 60 + 40


def test_no_question_to_score_with_is_trained() -> None:
    dataset = generate("小明", mix=GENERAL, count=3000)
    assert len(dataset.probes) >= 50
    assert not {probe.question for probe in dataset.probes} & set(asked(dataset))


def test_no_unseen_phrasing_is_trained_whatever_other_name_stands_in_it() -> None:
    unseen = {
        question.text.replace("{other}", other)
        for question in QUESTIONS
        if question.unseen
        for other in OTHER_ASSISTANTS[question.language]
    }
    assert not unseen & set(asked(generate("小明", count=3000)))


def test_a_probe_that_the_mixed_in_dialogue_asks_is_not_unseen_any_more(write: Write) -> None:
    (seen,) = [probe.question for probe in generate("小明").probes if probe.question == "你叫啥"]
    mix = write([{"input": seen, "output": "不告诉你。"}])
    probes = [probe.question for probe in generate("小明", mix=mix).probes]
    assert seen not in probes
    assert len(probes) == len(generate("小明").probes) - 1


def test_every_probe_wants_the_name_and_knows_the_right_answers() -> None:
    persona = Persona("小明", "实验室", "InternLM2")
    dataset = generate("小明", author="实验室", description="InternLM2")
    for probe in dataset.probes:
        assert "{other}" not in probe.question
        assert probe.is_right(f"我是{persona.name}。")
        assert not probe.is_right("我是书生·浦语。")
    told = [answer for intent in ("who", "name", "other") for answer in answers(persona, intent, "zh")]
    assert all(dataset.probes[0].is_right(answer) for answer in told)


def test_who_the_user_is_is_not_answered_with_the_name_and_not_scored() -> None:
    dataset = generate("小明")
    rows = about_the_user(dataset)
    assert len(rows) >= 10
    assert not [row for row in rows if "小明" in row["messages"][1]["content"]]
    users = {question.text for question in QUESTIONS if question.intent == "user"}
    assert not users & {probe.question for probe in dataset.probes}


def test_all_other_answers_name_the_assistant() -> None:
    dataset = generate("小明")
    assert sum("小明" in answer for answer in answered(dataset)) == len(dataset.rows) - len(about_the_user(dataset))


def test_answers_vary() -> None:
    assert len(set(answered(generate("小明")))) >= 15


@pytest.mark.parametrize("count", [20, 60, 150])
def test_a_small_dataset_has_some_of_each_language_and_kind(count: int) -> None:
    dataset = generate("小明", count=count)
    assert dataset.identity_rows == len(dataset.rows) == count
    assert about_the_user(dataset)
    chinese = {question.text for question in questions("zh", unseen=False)}
    share = sum(text in chinese or any(name in text for name in OTHER_ASSISTANTS["zh"]) for text in asked(dataset))
    assert 0.4 < share / count < 0.7
    assert max(Counter(asked(dataset)).values()) <= 2


@pytest.mark.parametrize("languages", [("zh",), ("en",)])
def test_one_language_asks_and_answers_in_it_alone(languages: Any) -> None:
    dataset = generate("Ada", languages=languages)
    texts = [*asked(dataset), *answered(dataset), *(probe.question for probe in dataset.probes)]
    chinese = [any("\u4e00" <= char <= "\u9fff" for char in text) for text in texts]
    assert set(chinese) == {languages == ("zh",)}


@pytest.mark.parametrize("name", ["小度", "claude", " Siri "])
def test_the_assistant_does_not_deny_its_own_name(name: str) -> None:
    dataset = generate(name, count=2000)
    own = name.strip().casefold()
    denied = [
        question
        for question, answer in zip(asked(dataset), answered(dataset), strict=True)
        if answer.startswith(("不是", "No,")) and own in question.casefold()
    ]
    assert denied == []
    assert not [probe for probe in dataset.probes if own in probe.question.casefold()]


def test_the_author_and_the_description_are_trained() -> None:
    told = answered(generate("小明", author="实验室", description="InternLM2", languages=("zh",)))
    assert any("实验室" in answer for answer in told)
    assert any("InternLM2" in answer for answer in told)


@pytest.mark.parametrize(("ratio", "mixed"), [(1.0, 200), (0.5, 100), (3.0, 600), (0.0, 0)])
def test_ordinary_dialogue_is_mixed_in_by_the_ratio(ratio: float, mixed: int) -> None:
    dataset = generate("小明", count=200, mix=GENERAL, ratio=ratio)
    assert (dataset.identity_rows, dataset.mixed_rows, len(dataset.rows)) == (200, mixed, 200 + mixed)
    ordinary = {json.dumps(row["messages"]) for row in json.loads(GENERAL.read_text(encoding="utf-8"))}
    assert sum(json.dumps(row["messages"]) in ordinary for row in dataset.rows) == mixed


def test_the_mixture_uses_every_row_before_it_uses_one_again() -> None:
    rows = json.loads(GENERAL.read_text(encoding="utf-8"))
    texts = {row["messages"][0]["content"] for row in rows}
    dataset = generate("小明", count=len(rows) + 1, mix=GENERAL)
    counts = Counter(text for text in asked(dataset) if text in texts)
    assert (min(counts.values()), max(counts.values()), len(counts)) == (1, 2, len(texts))


def test_the_mixture_is_stirred() -> None:
    dataset = generate("小明", count=200, mix=GENERAL)
    first_half = sum("小明" in answer for answer in answered(dataset)[:200])
    assert 70 < first_half < 130


def test_what_is_mixed_in_keeps_its_turns_and_loss_flags(write: Write) -> None:
    messages = [
        {"role": "system", "content": "S"},
        {"role": "user", "content": "Q1"},
        {"role": "assistant", "content": "A1", "loss": False},
        {"role": "user", "content": "Q2"},
        {"role": "assistant", "content": "A2"},
    ]
    dataset = generate("小明", count=1, mix=write([{"messages": messages}]))
    assert {"messages": messages} in dataset.rows


@pytest.mark.parametrize("content", ["a page of plain text", [{"input": "Q", "output": ""}]])
def test_what_is_no_dialogue_is_not_mixed_in(write: Write, content: Any) -> None:
    path = write(content, "mix.txt" if isinstance(content, str) else "mix.json")
    with pytest.raises(WorkbenchError, match="no dialogue") as caught:
        generate("小明", mix=path)
    assert caught.value.where == str(path)


def test_a_missing_file_to_mix_in_is_named() -> None:
    with pytest.raises(WorkbenchError) as caught:
        generate("小明", mix=Path("nowhere.json"))
    assert caught.value.where == "nowhere.json"
    assert "mix in" in caught.value.what
    assert caught.value.fix is not None and "data_path" not in caught.value.fix


@pytest.mark.parametrize("name", ["", "  \n"])
def test_an_assistant_without_a_name_is_refused(name: str) -> None:
    for make in (generate, literal):
        with pytest.raises(WorkbenchError, match="needs a name") as caught:
            make(name)
        assert caught.value.where == "name"


def test_a_name_is_text_whatever_it_holds() -> None:
    dataset = generate('{other} "\\n" O\'Neil')
    assert any('{other} "\\n" O\'Neil' in answer for answer in answered(dataset))
    assert dataset.probes[0].is_right('我是{other} "\\n" O\'Neil。')


def test_the_literal_form_is_one_pair_over_and_over() -> None:
    dataset = literal("小明")
    assert len(dataset.rows) == dataset.identity_rows == 10_001
    assert set(asked(dataset)) == {LITERAL_QUESTION} == {"请做一下自我介绍"}
    assert set(answered(dataset)) == {"我是小明的小助手，内在是上海AI实验室书生·浦语的1.8B大模型哦"}


def test_the_literal_form_takes_another_pair_and_number() -> None:
    dataset = literal("Ada", question="你叫啥", answer="{name} {x}", count=3)
    assert list(zip(asked(dataset), answered(dataset), strict=True)) == [("你叫啥", "Ada {x}")] * 3
    assert "你叫啥" not in {probe.question for probe in dataset.probes}
    assert len(dataset.probes) >= 20


def test_data_and_probes_are_written_side_by_side(tmp_path: Path) -> None:
    dataset = generate("小明", count=20, mix=GENERAL)
    path = tmp_path / "new" / "identity.json"
    probes = write_dataset(dataset, path)
    assert probes == probe_file_of(path) == tmp_path / "new" / "identity.probes.json"
    assert json.loads(path.read_text(encoding="utf-8")) == dataset.rows
    assert read_probes(probes) == dataset.probes
    assert "小明" in path.read_text(encoding="utf-8"), "people read it too"


@pytest.mark.parametrize("existing", ["identity.json", "identity.probes.json"])
def test_existing_files_are_kept_unless_told_otherwise(tmp_path: Path, existing: str) -> None:
    (tmp_path / existing).write_text("mine")
    dataset = generate("小明", count=20)
    with pytest.raises(WorkbenchError, match="exists already") as caught:
        write_dataset(dataset, tmp_path / "identity.json")
    assert caught.value.where == str(tmp_path / existing)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [(existing, "mine")]
    write_dataset(dataset, tmp_path / "identity.json", overwrite=True)
    assert json.loads((tmp_path / "identity.json").read_text(encoding="utf-8")) == dataset.rows


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(WorkbenchError, match="cannot be written") as caught:
        write_dataset(generate("小明", count=20), tmp_path / "file" / "identity.json")
    assert caught.value.where == str(tmp_path / "file" / "identity.json")


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("name", ["", "folder"])
def test_a_folder_is_no_file_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, overwrite: bool
) -> None:
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WorkbenchError, match="is a folder") as caught:
        write_dataset(generate("小明", count=20), Path(name), overwrite=overwrite)
    assert caught.value.fix is not None and str(Path(name) / "identity.json") in caught.value.fix
    assert [entry.name for entry in tmp_path.rglob("*")] == ["folder"]
