"""A prompt template of the user's own stays with the weights as it was when they were trained."""

from __future__ import annotations

from pathlib import Path

from tests.training.runs import new_job, tiny_config
from workbench.configs.provenance import read_provenance, write_provenance
from workbench.data.conversation import Turn
from workbench.data.templates import get_template
from workbench.training.counting import Counting
from workbench.training.session import Session

MINE = 'name: mine\ninstruction: "<q>{input}</q>"\nsuffix: "</a>"\nsuffix_as_eos: true\n'


def test_a_checkpoint_has_the_template_that_it_was_trained_with(rows: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE)
    config = tiny_config(rows, prompt_template=str(path))
    template = get_template(config.prompt_template)
    session = Session(new_job(tmp_path / "job", config), config, None, template, Counting(7, 2, 4))
    path.write_text(MINE.replace("<q>", "<other>"))
    (tmp_path / "checkpoint").mkdir()
    write_provenance(tmp_path / "checkpoint", session.provenance(4, {}))
    known = read_provenance((tmp_path / "checkpoint").rename(tmp_path / "elsewhere"))
    assert known is not None and known.prompt_template
    asked = get_template(known.prompt_template).render_prompt([Turn("user", "Hi")])
    assert "".join(segment.text for segment in asked) == "<q>Hi</q>"
