"""The tool host: ``python -m workbench.agent.host``. Runs calls of the built-in tools, one after another.

Reads requests from stdin and writes replies to stdout (`workbench.agent.host_messages`); ends when its stdin ends. A
call that does not come back is ended by ending the host: nothing but it is lost.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module

from pydantic import ValidationError

from workbench.agent.host_messages import REQUESTS, Begun, CallTool, Result, bounded
from workbench.agent.tools.builtin import BUILT_IN
from workbench.agent.tools.settings import ToolError, ToolSettings
from workbench.training.guarded import end_with_parent

_MEMORY_BYTES = 2 << 30


def result_of(request: CallTool, begin: Callable[[], None]) -> Result:
    """Carry out a call; whatever goes wrong is told.

    Args:
        begin: is called once the tool is there.
    """
    try:
        module = import_module(f"workbench.agent.tools.{BUILT_IN[request.tool].module}")
        begin()
        text = module.run(request.arguments, ToolSettings.from_json(request.settings))
    except ToolError as error:
        return Result(id=request.id, text=bounded(str(error)), failed=True)
    except ModuleNotFoundError as error:
        hint = f"{error.name} is not installed: pip install 'workbench[agent]'"
        return Result(id=request.id, text=hint, failed=True)
    except MemoryError:
        return Result(id=request.id, text="it took too much memory", failed=True)
    except Exception as error:  # the edge of the process
        return Result(id=request.id, text=bounded(f"{type(error).__name__}: {error}"), failed=True)
    return Result(id=request.id, text=bounded(text))


def main() -> None:
    end_with_parent(signal.SIGKILL)  # also in the middle of a call that does not come back
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def send(reply: Result | Begun) -> None:
        replies.write(reply.model_dump_json().encode() + b"\n")

    for line in sys.stdin.buffer:
        try:
            request = REQUESTS.validate_json(line)
        except ValidationError:
            continue
        if isinstance(request, CallTool):
            send(result_of(request, partial(send, Begun(id=request.id))))


if __name__ == "__main__":
    main()
