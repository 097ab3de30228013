"""Rows in tokens: what is cut, how full the packs are, how many steps follow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.data.checks.rows import A, Q, config_for, details, found, plain_rows, row, severity
from tests.data.conftest import Write
from workbench.data.checks import Measure, check_data
from workbench.data.checks.lengths import Bucket, Lengths
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.templates import get_template
from workbench.data.training_set import build_training_set
from workbench.errors import WorkbenchError

NOTHING_UNCUT = "No row has anything to train on once its end is cut."
NOTHING_LEFT = "rows without a trained token once their end is cut; they are left out"
OVERLONG = "rows longer than max_length; their ends are cut"
DIVIDED = "texts longer than max_length; they are divided and trained whole"
REFUSED = "rows that the prompt template refuses; the training stops at them"
REFUSED_AND_LEFT_OUT = "rows that the prompt template refuses; they are left out"


def test_tokens_are_counted_with_the_configs_template_and_tokenizer(write: Write) -> None:
    path = write(plain_rows(6))
    report = check_data(str(path), config_for(path))
    assert report.tokens is not None and report.longest is not None
    assert report.longest <= report.tokens <= 6 * report.longest
    assert f"{report.tokens} tokens" in report.as_text()


def test_a_measure_without_a_config_counts_the_same_but_no_steps(write: Write) -> None:
    path = write(plain_rows(6))
    report = check_data(str(path), measure=Measure.of_folder("sample:model", "internlm2_chat"))
    assert report.tokens == check_data(str(path), config_for(path)).tokens
    assert report.packs is not None and report.packs.steps is None


def test_rows_that_would_be_cut_are_listed_with_the_length_that_is_enough(write: Write) -> None:
    rows = [*plain_rows(6), row(("user", "Q"), ("assistant", "word " * 60))]
    path = write(rows)
    report = check_data(str(path), config_for(path, max_length=40))
    assert found(report) == {OVERLONG: ["data.json:7"]}
    assert report.longest is not None
    assert details(report, OVERLONG) == [f"+{report.longest - 40} tokens"]
    assert str(report.longest) in report.findings[0].fix
    assert check_data(str(path), config_for(path, max_length=report.longest)).findings == []


def test_rows_that_lose_their_answer_are_left_out(write: Write) -> None:
    path = write([*plain_rows(6), row(("user", "word " * 60), A)])
    report = check_data(str(path), config_for(path, max_length=40))
    assert found(report)[NOTHING_LEFT] == ["data.json:7"]
    assert report.tally.left_out == {"nothing_left": 1}
    assert not report.has_errors


def test_data_of_which_nothing_is_left_after_cutting_is_an_error(write: Write) -> None:
    path = write([row(("user", "word " * 60), A)])
    report = check_data(str(path), config_for(path, max_length=40))
    assert found(report) == {NOTHING_UNCUT: ["data.json:1"], OVERLONG: ["data.json:1"]}
    assert severity(report, NOTHING_UNCUT) == "error"


def test_a_plain_text_longer_than_a_row_is_divided(write: Write) -> None:
    path = write("word " * 100, "a.txt")
    report = check_data(str(path), config_for(path, max_length=40))
    assert found(report) == {DIVIDED: ["a.txt:1"]}
    assert severity(report, DIVIDED) == "note"


def test_a_model_that_is_not_here_leaves_the_tokens_uncounted(write: Write) -> None:
    path = write(plain_rows(4))
    report = check_data(str(path), config_for(path, pretrained_model_name_or_path="internlm/internlm2-chat-1_8b"))
    assert (report.rows, report.tokens, report.packs, report.findings) == (4, None, None, [])


def test_a_folder_without_a_model_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="model folder"):
        Measure.of_folder("nowhere", "internlm2_chat")


@pytest.mark.parametrize("packing", [{"pack": "best_fit"}, {"pack": "concat"}, {"pack_to_max_length": False}])
def test_packs_and_steps_are_those_of_the_training(write: Write, packing: dict[str, object]) -> None:
    rows = [row(("user", f"Count to {number}."), ("assistant", "one more " * number)) for number in range(1, 61)]
    path = write([*rows, row(Q), row(("user", "word " * 80), A)])
    config = config_for(path, max_length=60, accumulative_counts=4, max_epochs=3, nproc=1, **packing)
    report = check_data(str(path), config)
    assert report.packs is not None and report.packs.steps is not None

    measure = Measure.of_config(config)
    assert measure is not None
    trained = build_training_set(config, measure.tokenizer)
    assert report.packs.packs == len(trained.rows)
    assert report.packs.steps == 3 * -(-len(trained.rows) // 4)
    assert 0 < report.packs.fill <= 1
    assert report.tally.kept == trained.report.kept == 60
    assert sum(report.tally.left_out.values()) == sum(trained.report.left_out.values()) == 2


def test_tokens_are_counted_as_by_the_training_after_cutting_and_without_rows_left_out(write: Write) -> None:
    path = write([*plain_rows(6), row(Q, ("assistant", "word " * 60)), row(("user", "word " * 60), A)])
    config = config_for(path, max_length=40, nproc=1)
    report, measure = check_data(str(path), config), Measure.of_config(config)
    assert report.lengths is not None and measure is not None
    trained = build_training_set(config, measure.tokenizer).report
    lengths = report.lengths
    assert (lengths.tokens, lengths.trained, lengths.cut) == (
        trained.tokens,
        trained.trained_tokens,
        trained.cut_tokens,
    )
    assert sum(bucket.rows for bucket in lengths.histogram()) == report.tally.kept == 7
    assert (
        f"{trained.tokens} tokens, {trained.trained_tokens} of them with loss; {trained.cut_tokens} more are cut"
        in (" ".join(report.as_text().split()))
    )


def test_the_template_is_the_models_own_unless_named_and_is_said(write: Write) -> None:
    report = check_data(str(write(plain_rows(6))), measure=Measure.of_folder("sample:model"))
    said = "tokens are counted with the prompt template internlm2_chat: these weights were trained with it"
    assert said in " ".join(report.as_text().split())
    assert report.as_json()["prompt_template"] == "internlm2_chat"


def test_rows_drawn_at_random_make_fewer_steps(write: Write) -> None:
    path = write(plain_rows(100))
    settings = {"pack_to_max_length": False, "nproc": 1, "accumulative_counts": 1, "max_epochs": 1}
    every, some = (
        check_data(str(path), config_for(path, **settings, max_dataset_length=most)).packs for most in (None, 30)
    )
    assert every is not None and some is not None
    assert (every.steps, some.steps) == (100, 30)


def test_the_histogram_has_every_row_once_and_begins_with_the_shortest() -> None:
    lengths = Lengths()
    lengths.rows.update({40: 3, 64: 1, 65: 2, 700: 1})
    assert lengths.histogram() == [
        Bucket(33, 64, 4),
        Bucket(65, 128, 2),
        Bucket(129, 256, 0),
        Bucket(257, 512, 0),
        Bucket(513, 1024, 1),
    ]
    assert (lengths.share_below(0.5), lengths.share_below(0.95), lengths.longest) == (64, 700, 700)


def test_rows_that_the_template_refuses_are_listed_and_left_out(write: Write, light: LightTokenizer) -> None:
    path = write([*plain_rows(6), row(("system", "Be kind."), Q, A)])
    refusing = "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system text') }}{% endif %}"
    written = refusing + "<{{ m.role }}>{{ m.content }}{{ eos_token }}{% endfor %}"
    tokenizer = LightTokenizer(replace(light.facts, chat_template=written))
    report = check_data(str(path), measure=Measure("", tokenizer, get_template("auto", tokenizer), 2048))
    assert found(report)[REFUSED] == ["data.json:7"]
    assert "no system text" in details(report, REFUSED)[0]
    assert report.tally.left_out == {"refused": 1}
    assert severity(report, REFUSED) == "error"
    config = config_for(path, bad_rows="leave_out")
    report = check_data(str(path), config, measure=Measure("", tokenizer, get_template("auto", tokenizer), 2048))
    assert severity(report, REFUSED_AND_LEFT_OUT) == "warning"
