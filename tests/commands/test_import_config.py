"""``workbench import-config``, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.run_command import workbench
from tests.configs.xtuner.samples import QLORA, changed, written
from workbench.configs.files import load_config


def test_a_config_is_written_and_what_is_missing_is_told(tmp_path: Path) -> None:
    file = written(tmp_path, changed("start_factor=1e-5", "start_factor=0.1"))
    done = workbench("import-config", file.name, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Imported to mine.yaml" in done.stdout
    assert "param_scheduler[0].start_factor = 0.1" in done.stdout
    assert "Next: workbench train mine.yaml" in done.stdout
    assert load_config(tmp_path / "mine.yaml").lr == 1e-4
    again = workbench("import-config", file.name, cwd=tmp_path)
    assert (again.returncode, "not overwritten" in again.stderr) == (1, True)


def test_the_file_and_single_settings_can_be_chosen(tmp_path: Path) -> None:
    written(tmp_path, changed("data_files=rows", "data_files=input()"))
    refused = workbench("import-config", "mine.py", cwd=tmp_path)
    assert refused.returncode == 1
    assert "--set data_path=VALUE" in refused.stderr
    asked = ("import-config", "mine.py", "-o", "new/ours.yaml", "--set", "data_path=mine.json", "--json")
    done = workbench(*asked, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["path"] == "new/ours.yaml"
    assert {"field", "file", "row", "value", "reason", "matters"} == set(answer["not_carried"][0])
    assert load_config(tmp_path / "new/ours.yaml").data_path == "mine.json"


def test_the_file_to_write_is_yaml_whatever_is_named(tmp_path: Path) -> None:
    written(tmp_path, QLORA)
    (tmp_path / "configs").mkdir()
    for named, path in (("configs", "configs/mine.yaml"), ("ours", "ours.yaml"), ("ours.yml", "ours.yml")):
        done = workbench("import-config", "mine.py", "-o", named, cwd=tmp_path)
        assert f"Imported to {path}\n" in done.stdout, done.stderr
        assert load_config(tmp_path / path).lr == 1e-4
    text = (tmp_path / "mine.py").read_text()
    for named in ("mine.py", "mine.json"):
        done = workbench("import-config", "mine.py", "-o", named, "--force", cwd=tmp_path)
        assert (done.returncode, "Name it mine.yaml" in done.stderr) == (1, True)
    assert (tmp_path / "mine.py").read_text() == text


def test_a_base_that_is_missing_or_goes_in_a_circle_is_named(tmp_path: Path) -> None:
    begin = "from mmengine.config import read_base\nwith read_base():\n    from .{} import *\n"
    written(tmp_path, QLORA + begin.format("gone"))
    row = len(QLORA.splitlines()) + 3
    done = workbench("import-config", "mine.py", cwd=tmp_path)
    assert (done.returncode, f"mine.py:{row}: from .gone import *" in done.stderr) == (1, True)
    assert "no file gone.py" in done.stderr
    written(tmp_path, begin.format("two"), "one.py")
    written(tmp_path, begin.format("one"), "two.py")
    done = workbench("import-config", "one.py", cwd=tmp_path)
    assert (done.returncode, "two.py:3: from .one import *" in done.stderr) == (1, True)
    assert "builds on itself" in done.stderr
    assert not list(tmp_path.glob("*.yaml"))


def test_what_cannot_be_trained_is_refused_first_and_listed(tmp_path: Path) -> None:
    written(tmp_path, changed("lora=dict(type=LoraConfig", "lora=dict(type='peft.OtherConfig'"))
    done = workbench("import-config", "mine.py", cwd=tmp_path)
    assert done.returncode == 1
    assert "model.lora is of a class that is not known" in done.stderr
    assert "train_set" not in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"]
    as_json = json.loads(workbench("import-config", "mine.py", "--json", cwd=tmp_path).stdout)
    assert (as_json["path"], len(as_json["refusals"])) == (None, 1)


def test_commands_that_take_a_config_say_how_to_import_one(tmp_path: Path) -> None:
    written(tmp_path, QLORA)
    for command in (("train", "mine.py"), ("copy-cfg", "mine.py", "."), ("data", "check", "--config", "mine.py")):
        done = workbench(*command, cwd=tmp_path)
        assert done.returncode == 1, command
        assert "workbench import-config mine.py" in done.stderr
