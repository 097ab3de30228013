"""What is told before anything is served, and what vLLM is started with."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.commands.run_command import workbench
from tests.weights.files import adapter
from workbench.jobs.find import list_jobs
from workbench.jobs.stop import request_stop, stop_now, wait_until_over
from workbench.paths import resolve_model
from workbench.serving.address import listening_socket

_KEY = "sk-0123456789abcdef"
_SERVED = ("serve-api", "sample:model")
_VLLM = """#!{python}
import http.server, json, os, sys
said = {{"words": sys.argv[1:], "key": os.environ.get("VLLM_API_KEY"), "ours": os.environ.get("WORKBENCH_SERVED_KEY")}}
open({notes!r}, "w").write(json.dumps(said))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()
port = int(sys.argv[len(sys.argv) - sys.argv[::-1].index("--port")])
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (("serve-api", "./nowhere"), {}, ("./nowhere", "no such folder")),
        ((*_SERVED, "--adapter", "./nowhere"), {}, ("./nowhere", "no such folder")),
        ((*_SERVED, "--adapter", "./nothing"), {}, ("nothing", "holds no adapter")),
        ((*_SERVED, "--host", "192.0.2.1"), {}, ("--host", "no address of this machine", "127.0.0.1")),
        ((*_SERVED, "--api-key-env", "MINE"), {}, ("MINE", "not set", "export MINE=")),
        ((*_SERVED, "--api-key-env", "MINE"), {"MINE": "short"}, ("MINE", "at least 8")),
        ((*_SERVED, "--backend", "vllm"), {"PATH": "/nowhere"}, ("vLLM is not installed", "pip install vllm")),
        (("serve", "--host", "0.0.0.0", "--no-password"), {}, ("need a password", "Leave it out")),
        (("serve", "--host", "192.0.2.1"), {}, ("no address of this machine",)),
        (("serve", "--password-env", "MINE"), {}, ("MINE", "not set")),
        (("serve",), {"WORKBENCH_SERVE_PASSWORD": "short"}, ("at least 8",)),
    ],
)
def test_what_is_missing_is_told_at_once(
    arguments: tuple[str, ...], environment: dict[str, str], said: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "nothing").mkdir()
    done = workbench(*arguments, cwd=tmp_path, **environment)
    assert done.returncode == 1, done.stdout
    for text in said:
        assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert "short" not in done.stderr
    assert list_jobs(tmp_path) == []


@pytest.mark.parametrize("arguments", [_SERVED, ("serve",)])
def test_a_port_that_is_taken_is_told_before_anything_is_loaded(arguments: tuple[str, ...], tmp_path: Path) -> None:
    with listening_socket("127.0.0.1", 0) as place:
        port = str(place.getsockname()[1])
        done = workbench(*arguments, "--port", port, cwd=tmp_path)
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    assert "--port " in done.stderr
    assert list_jobs(tmp_path) == []


def test_vllm_gets_names_adapters_and_the_key(tmp_path: Path) -> None:
    notes, tools = tmp_path / "notes.json", tmp_path / "tools"
    tools.mkdir()
    (tools / "vllm").write_text(_VLLM.format(python=sys.executable, notes=str(notes)))
    (tools / "vllm").chmod(0o755)
    base = Path(shutil.copytree(resolve_model("sample:model"), tmp_path / "base"))
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(
        json.dumps(config | {"model_type": "llama", "architectures": ["LlamaForCausalLM"]})
    )
    mine = adapter(tmp_path / "adapter", base=str(base))
    path = f"{tools}:{os.environ['PATH']}"
    refused = workbench(*_SERVED, "--backend", "vllm", "--bits", "8", cwd=tmp_path, PATH=path)
    assert (refused.returncode, "--bits 8: vLLM" in refused.stderr) == (1, True), refused.stderr
    done = workbench(
        "serve-api", str(base), "--backend", "vllm", "--adapter", f"mine={mine}", "--api-key-env", "MINE", "--port", "0", "--bits", "4",
        "--json", cwd=tmp_path, MINE=_KEY, PATH=path,
    )  # fmt: skip
    (job,) = list_jobs(tmp_path)
    try:
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        assert said["models"] == ["mine", "base"]
        given = json.loads(notes.read_text())
        assert (given["key"], given["ours"]) == (_KEY, None)
        words = given["words"]
        assert words[0] == "serve"
        assert words[-2:] == ["--lora-modules", f"mine={mine}"]
        for option, value in (("--served-model-name", "base"), ("--quantization", "bitsandbytes")):
            assert words[len(words) - words[::-1].index(option)] == value
        assert _KEY not in done.stdout + done.stderr + (job.path / "job.yaml").read_text()
        request_stop(job)
        assert wait_until_over(job, 30)
    finally:
        assert stop_now(job, grace_s=2.0).is_clean
