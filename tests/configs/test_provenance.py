"""What lies beside weights: where they came from, and the prompt template that they were trained with."""

from __future__ import annotations

import json
from pathlib import Path

from workbench.configs.provenance import PROVENANCE_FILE, TEMPLATE_FILE, Provenance, read_provenance, write_provenance

TEMPLATE = 'name: mine\ninstruction: "{input}>"\n'


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def kept(path: Path) -> Path:
    """A kept template."""
    (folder(path) / TEMPLATE_FILE).write_text(TEMPLATE)
    return path / TEMPLATE_FILE


def test_a_kept_template_lies_beside_the_weights_and_moves_with_them(tmp_path: Path) -> None:
    weights = folder(tmp_path / "weights")
    write_provenance(weights, Provenance(prompt_template=str(kept(tmp_path / "job")), iter=3))
    assert json.loads((weights / PROVENANCE_FILE).read_text()) == {
        "prompt_template": TEMPLATE_FILE, "system": "", "iter": 3, "scores": {}, "notes": [], "new_tokens": [],
    }  # fmt: skip
    moved = weights.rename(tmp_path / "moved")
    known = read_provenance(moved)
    assert known is not None and known.prompt_template == str(moved / TEMPLATE_FILE)
    assert (moved / TEMPLATE_FILE).read_text() == TEMPLATE


def test_what_is_made_of_the_weights_gets_a_copy_too(tmp_path: Path) -> None:
    weights, merged = folder(tmp_path / "weights"), folder(tmp_path / "merged")
    write_provenance(weights, Provenance(prompt_template=str(kept(tmp_path / "job"))))
    known = read_provenance(weights)
    assert known is not None
    write_provenance(merged, known)
    write_provenance(merged, known.model_copy(update={"iter": 5}))
    found = read_provenance(merged)
    assert found is not None and (found.prompt_template, found.iter) == (str(merged / TEMPLATE_FILE), 5)
    assert (merged / TEMPLATE_FILE).read_text() == TEMPLATE


def test_other_files_that_a_note_names_are_not_copied(tmp_path: Path) -> None:
    (tmp_path / "secrets.yaml").write_text("key: 1\n")
    for name in (str(tmp_path / "secrets.yaml"), "internlm2_chat", None):
        write_provenance(tmp_path, Provenance(prompt_template=name))
        known = read_provenance(tmp_path)
        assert known is not None and known.prompt_template == name
    assert not (tmp_path / TEMPLATE_FILE).exists()


def test_nothing_readable_is_nothing_known(tmp_path: Path) -> None:
    assert read_provenance(tmp_path) is None
    (tmp_path / PROVENANCE_FILE).write_text("{")
    assert read_provenance(tmp_path) is None
