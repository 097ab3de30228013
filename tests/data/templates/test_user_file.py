"""A user's own template: a YAML file by its path or by its name in the user's folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.characters import CharacterTokenizer, dialogue, marked
from tests.data.conftest import Write
from workbench.configs.provenance import Provenance, write_provenance
from workbench.data.encode import encode
from workbench.data.templates import PromptTemplate, get_template, keep_template, known_templates
from workbench.data.templates.mismatch import template_warnings, trained_template
from workbench.data.templates.user_file import read_template, write_template
from workbench.errors import WorkbenchError

MINE = """\
name: mine
system: "S:{system}\\n"
instruction: "Q:{input}\\nA:"
suffix: "<end>"
suffix_as_eos: true
sep: "\\n"
stop_words: ["<end>"]
"""


def rendered(name: str) -> str:
    return marked(encode(dialogue("Q1", "A1", "Q2", "A2", system="SYS"), get_template(name), CharacterTokenizer()))


@pytest.fixture
def user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path))
    folder = tmp_path / "templates"
    folder.mkdir()
    return folder


def test_a_file_by_its_path(write: Write) -> None:
    path = write(MINE, "mine.yaml")
    assert rendered(str(path)) == "<s>S:SYS\nQ:Q1\nA:[[A1<end>]]\nQ:Q2\nA:[[A2<end>]]\n"
    template = get_template(str(path))
    assert (template.name, template.reference, template.stop_words) == ("mine", str(path), ("<end>",))


def test_a_relative_path_is_kept_whole(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(MINE, "mine.yml")
    monkeypatch.chdir(path.parent)
    assert get_template("./mine.yml").reference == str(path)


def test_a_file_by_its_name(user_folder: Path) -> None:
    (user_folder / "short.yaml").write_text('name: x\ninstruction: "{input}>"\n')
    assert rendered("short") == "<s>Q1>[[A1</s>]]<s>Q2>[[A2</s>]]"
    assert get_template("short").reference == "short"
    assert not get_template("short").has_system
    assert "short" in known_templates()


def test_a_misspelt_name_of_ones_own_is_answered_with_the_nearest(user_folder: Path) -> None:
    (user_folder / "my_format.yaml").write_text(MINE)
    with pytest.raises(WorkbenchError) as caught:
        get_template("my_fromat")
    assert caught.value.fix is not None and "my_format" in caught.value.fix


@pytest.mark.parametrize(
    ("text", "where", "what", "fix"),
    [
        (MINE.replace("suffix:", "sufix:"), ":4:sufix", "Unknown key `sufix`", "suffix"),
        (MINE + "null: 3\n", ":8:None", "Unknown key `None`", "name"),
        (MINE + "other: 1\n", ":8:other", "Unknown key `other`", "instruction"),
        ('name: x\nsystem: "{system}"\n', ":instruction", "required", "instruction"),
        ('name: x\ninstruction: "{imput}"\n', ":2:instruction", "{input}", "{input}"),
        ('name: x\ninstruction: "{input}{input}"\n', ":2:instruction", "exactly once", "{input}"),
        ('name: x\ninstruction: "{input}"\nsystem: "S"\n', ":3:system", "{system}", "{system}"),
        ('name: x\ninstruction: "{input}"\nsuffix_as_eos: true\n', ":3:suffix_as_eos", "suffix", "suffix"),
        ("name: x\ninstruction: 3\n", ":2:instruction", "text", None),
        ('name: ""\ninstruction: "{input}"\n', ":1:name", "empty", None),
        ('name: x\ninstruction: "{input}"\nstop_words: end\n', ":3:stop_words", "list", None),
        ("name: x\nname: y\n", ":2", "not valid YAML", None),
        ("name: [\n", ":2", "not valid YAML", None),
        ("- name\n", "mine.yaml", "`name: value`", "instruction"),
        ("", "mine.yaml", "`name: value`", "instruction"),
    ],
)
def test_a_wrong_file_says_what_and_where(write: Write, text: str, where: str, what: str, fix: str | None) -> None:
    path = write(text, "mine.yaml")
    with pytest.raises(WorkbenchError) as caught:
        get_template(str(path))
    assert what in caught.value.what
    assert caught.value.where is not None and caught.value.where.endswith(where)
    assert (caught.value.fix is None) if fix is None else fix in str(caught.value.fix)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="cannot be read"):
        get_template(str(tmp_path / "gone.yaml"))
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WorkbenchError, match="UTF-8"):
        get_template(str(tmp_path / "binary.yaml"))


@pytest.mark.parametrize("name", ["../templates/short", "/etc/passwd", "", "."])
def test_a_name_is_no_way_out_of_the_folder(user_folder: Path, name: str) -> None:
    (user_folder / "short.yaml").write_text(MINE)
    with pytest.raises(WorkbenchError, match="no prompt template"):
        get_template(name)


@pytest.mark.parametrize(("name", "said"), [("internlm2_chatt", "Did you mean internlm2_chat"), ("xq", "Name one of")])
def test_another_template_is_only_guessed_if_one_is_near(name: str, said: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        get_template(name)
    assert said in (caught.value.fix or "")


@given(st.lists(st.text(max_size=8), min_size=5, max_size=5))
def test_a_written_template_is_read_as_it_was(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    before, between, suffix, sep, stop = texts
    path = tmp_path_factory.getbasetemp() / "written.yaml"
    template = PromptTemplate(
        "x:y",
        f"{before.replace('{input}', '')}{{input}}{between.replace('{input}', '')}",
        f"{between.replace('{system}', '')}{{system}}",
        suffix,
        suffix_as_eos=bool(suffix),
        sep=sep,
        stop_words=(stop or "#", "<end>"),
    )
    write_template(path, template)
    assert read_template(path) == replace(template, reference=str(path))


def test_only_a_template_of_ones_own_is_kept_and_as_it_was(write: Write, tmp_path: Path) -> None:
    path = write(MINE, "mine.yaml")
    own = get_template(str(path))
    path.write_text(MINE.replace("Q:", "ASK:"))
    kept = tmp_path / "kept"
    kept.mkdir()
    assert keep_template(get_template("vicuna"), kept) == "vicuna" and list(kept.iterdir()) == []
    name = keep_template(own, kept)
    assert rendered(name) == "<s>S:SYS\nQ:Q1\nA:[[A1<end>]]\nQ:Q2\nA:[[A2<end>]]\n"
    assert keep_template(get_template(name), kept) == name


def test_a_changed_template_is_told_from_the_one_that_the_weights_were_trained_with(
    write: Write, tmp_path: Path
) -> None:
    path = write(MINE, "mine.yaml")
    (tmp_path / "weights").mkdir()
    (tmp_path / "job").mkdir()
    template = keep_template(get_template(str(path)), tmp_path / "job")
    write_provenance(tmp_path / "weights", Provenance(prompt_template=template))
    trained = trained_template(str(tmp_path / "weights"))
    assert template_warnings(str(path), "chat", trained=trained) == []
    path.write_text(MINE.replace("Q:", "ASK:"))
    (warning,) = template_warnings(str(path), "chat", trained=trained)
    assert str(tmp_path / "weights") in warning and str(path) in warning
