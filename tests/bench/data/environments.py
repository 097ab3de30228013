"""The other projects, each in an environment of its own, made when it is first measured and kept for the next time."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.bench.data.watched import FailedError, last_line

FOLDER_VARIABLE = "WORKBENCH_BENCH_ENVIRONMENTS"
_TORCH = "torch==2.13.0+cpu"
"""Only the build without a GPU's libraries, which are gigabytes: a text needs none."""


@dataclass(frozen=True)
class PythonEnvironment:
    """What to install.

    Args:
        packages: with all that they depend on.
        alone: without it: what they ask for is among the others, or nothing here needs it.
        empty_modules: modules that are imported and never used here, and that no version fits.
    """

    name: str
    packages: tuple[str, ...]
    alone: tuple[str, ...] = ()
    empty_modules: tuple[str, ...] = ()

    @property
    def python(self) -> Path:
        return self._folder / "bin" / "python"

    @property
    def _folder(self) -> Path:
        return _environments() / self.name

    def make(self) -> Path:
        """Install what is not installed yet; the environment's Python.

        Raises:
            FailedError: something cannot be installed.
        """
        wanted = repr(self)
        stamp = self._folder / "made-of.txt"
        if stamp.is_file() and stamp.read_text() == wanted:
            return self.python
        print(f"installing {self.name} into {self._folder} …", file=sys.stderr, flush=True)
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        self._run(sys.executable, "-m", "venv", "--clear", str(self._folder))
        self._install(_TORCH, *self.packages)
        if self.alone:
            self._install("--no-deps", *self.alone)
        for module in self.empty_modules:
            self._module(module).touch()
        stamp.write_text(wanted)
        return self.python

    def _module(self, name: str) -> Path:
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        return self._folder / "lib" / version / "site-packages" / f"{name}.py"

    def _install(self, *what: str) -> None:
        constraints = self._folder / "constraints.txt"
        constraints.write_text(f"{_TORCH}\n")
        self._run(str(self.python), "-m", "pip", "install", "--quiet", "-c", str(constraints), *what)

    def _run(self, *command: str) -> None:
        log = self._folder.with_suffix(".log")
        with log.open("w") as stream:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT)
        if done.returncode:
            raise FailedError(f"cannot be installed here: {last_line(log)}")


TRL = PythonEnvironment("trl", ("trl==1.16.0", "transformers==5.24.0", "datasets==5.2.0", "tokenizers==0.23.3"))
LLAMA_FACTORY = PythonEnvironment(
    "llamafactory",
    (
        # the newest that it allows
        "transformers==5.6.0",
        "datasets==4.0.0",
        "accelerate==1.11.0",
        "peft==0.18.1",
        "trl==0.24.0",
        "av<=16.0.0",
        "torchdata==0.11.0",
        *("einops", "fire", "hf-transfer", "modelscope", "omegaconf", "pandas", "scipy", "sentencepiece", "tiktoken"),
    ),
    alone=("llamafactory==0.9.5",),
    # asks for a torch with a GPU's libraries, for sound
    empty_modules=("torchaudio",),
)


def _environments() -> Path:
    given = os.environ.get(FOLDER_VARIABLE)
    return Path(given) if given else Path.home() / ".cache" / "workbench-bench"
