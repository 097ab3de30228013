"""Models in fewer bits, and models that are larger than the memory."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.chat.moved_adapters import moved_adapter
from tests.chat.seeing import Talk, said
from workbench.errors import WorkbenchError

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("bits, kind", [(4, "Linear4bit"), (8, "Linear8bitLt")])
def test_a_base_in_few_bits_answers_with_an_adapter_and_without(bits: int, kind: str, tmp_path: Path) -> None:
    talk = Talk(bits=bits)
    assert kind in {type(module).__name__ for module in talk.session.held.model.modules()}
    alone = talk.answers(None)
    talk.attach(adapter=str(moved_adapter(tmp_path, 4)))
    assert talk.answers(None) != alone
    talk.attach()
    assert talk.answers(None) == alone


def test_what_does_not_fit_the_memory_is_read_from_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Talk(precision="fp32").answers(None)
    little = SimpleNamespace(available=12_000_000)
    with monkeypatch.context() as machine:
        machine.setattr("psutil.virtual_memory", lambda: little)
        talk = Talk(precision="fp32", offload_folder=str(tmp_path / "offload"))
    placed = set(talk.session.held.model.hf_device_map.values())
    assert placed == {"cpu", "disk"}
    assert talk.answers(None) == whole
    assert talk.ask(said("你是谁")).text


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkbenchError, match="folder cannot be made") as refused:
        Talk(offload_folder=str(tmp_path / "file" / "offload"))
    assert refused.value.where == str(tmp_path / "file" / "offload")
