"""The quickstart never writes over a file that is somebody's own."""

from __future__ import annotations

import json
from pathlib import Path

from workbench.configs.files import load_config
from workbench.quickstart.prepare import CONFIG, prepare


def test_an_empty_folder_gets_data_probes_and_a_config_that_names_them(tmp_path: Path) -> None:
    prepared = prepare(tmp_path, "小明")
    assert prepared.data == tmp_path / "identity.json"
    assert prepared.config == tmp_path / "configs" / f"{CONFIG}_copy.yaml"
    config = load_config(prepared.config)
    assert (config.data_path, config.identity_probes) == ("identity.json", "identity.probes.json")


def test_the_same_quickstart_again_uses_its_files(tmp_path: Path) -> None:
    first = prepare(tmp_path, "小明")
    written = {path: path.stat().st_mtime_ns for path in (first.data, first.probes, first.config)}
    assert prepare(tmp_path, "小明") == first
    assert {path: path.stat().st_mtime_ns for path in written} == written


def test_other_files_of_these_names_stay_as_they_are(tmp_path: Path) -> None:
    own_config = tmp_path / "configs" / f"{CONFIG}_copy.yaml"
    own_config.parent.mkdir()
    own = {tmp_path / "identity.json": "[]", own_config: "# mine\n"}
    for path, text in own.items():
        path.write_text(text)
    prepared = prepare(tmp_path, "小明")
    assert {path: path.read_text() for path in own} == own
    assert prepared.data == tmp_path / "identity-2.json"
    assert len(json.loads(prepared.data.read_text())) == 1200
    assert load_config(prepared.config).data_path == "identity-2.json"


def test_another_name_gets_files_of_its_own(tmp_path: Path) -> None:
    first = prepare(tmp_path, "小明")
    before = first.data.read_bytes()
    second = prepare(tmp_path, "Ada")
    assert first.data.read_bytes() == before
    assert second.data != first.data
    assert second.config != first.config
