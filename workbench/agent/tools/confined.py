"""Runs a Python program with almost nothing around it: ``python -I confined.py FOLDER``, the program on stdin.

A script of its own that uses nothing but the standard library. Before the program runs, the process gives up, for good:
the files outside its folder but those of Python itself (Landlock), every socket, new processes and signals to others
(seccomp), the capabilities of root, and more than a fixed share of memory, time and disk. Where the system has user
namespaces, it also leaves the network. Where Landlock or seccomp is missing it ends with `REFUSED` and runs nothing.

Sources: Documentation/userspace-api/landlock.rst and seccomp_filter.rst of Linux; system call numbers from its headers.
"""

from __future__ import annotations

import ast
import ctypes
import os
import platform
import resource
import signal
import struct
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

REFUSED = 77
"""Exit status: the system cannot confine the program."""
MEMORY_BYTES = 1 << 30
CPU_SECONDS = 20
FILE_BYTES = 16 << 20
_OPEN_FILES = 64
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 38, 22
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_READ = 1 << 2 | 1 << 3  # files, folders
_EXECUTE = 1 << 0
_WRITE = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 14  # write, remove, make, truncate files and folders
_EVERY_RIGHT = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights over files each version of Landlock knows."""
_CLONE_THREAD = 0x00010000
_X86_64 = (
    "socket 41 connect 42 bind 49 socketpair 53 fork 57 vfork 58 execve 59 execveat 322 kill 62 tkill 200 tgkill 234 "
    "pidfd_send_signal 424 pidfd_open 434 pidfd_getfd 438 ptrace 101 process_vm_readv 310 process_vm_writev 311 "
    "chmod 90 fchmod 91 fchmodat 268 fchmodat2 452 chown 92 fchown 93 lchown 94 fchownat 260 utime 132 utimes 235 "
    "futimesat 261 utimensat 280 setxattr 188 lsetxattr 189 fsetxattr 190 removexattr 197 lremovexattr 198 "
    "fremovexattr 199 setxattrat 463 removexattrat 466 file_setattr 469 truncate 76 open_by_handle_at 304 mount 165 "
    "unshare 272 setns 308 keyctl 250 add_key 248 bpf 321 perf_event_open 298 userfaultfd 323 io_uring_setup 425 "
    "prlimit64 302 setpriority 141 ioprio_set 251 sched_setaffinity 203 sched_setscheduler 144 sched_setparam 142 "
    "sched_setattr 314 migrate_pages 256 move_pages 279 shmget 29 msgget 68 semget 64 mq_open 240"
)
_AARCH64 = (
    "socket 198 connect 203 bind 200 socketpair 199 execve 221 execveat 281 kill 129 tkill 130 tgkill 131 "
    "pidfd_send_signal 424 pidfd_open 434 pidfd_getfd 438 ptrace 117 process_vm_readv 270 process_vm_writev 271 "
    "fchmod 52 fchmodat 53 fchmodat2 452 fchown 55 fchownat 54 utimensat 88 setxattr 5 lsetxattr 6 fsetxattr 7 "
    "removexattr 14 lremovexattr 15 fremovexattr 16 setxattrat 463 removexattrat 466 file_setattr 469 truncate 45 "
    "open_by_handle_at 265 mount 40 unshare 97 setns 268 keyctl 219 add_key 217 bpf 280 perf_event_open 241 "
    "userfaultfd 282 io_uring_setup 425 prlimit64 261 setpriority 140 ioprio_set 30 sched_setaffinity 122 "
    "sched_setscheduler 119 sched_setparam 118 sched_setattr 274 migrate_pages 238 move_pages 239 shmget 194 "
    "msgget 186 semget 190 mq_open 180"
)
"""Calls that are refused: sockets, processes, signals and the memory of others; modes, owners, times and attributes of
files, which Landlock lets be; and parts of the system that a program has no need of."""
_MACHINES = {"x86_64": (0xC000003E, _X86_64, 56), "aarch64": (0xC00000B7, _AARCH64, 220)}
"""For each kind of processor: how seccomp names it, the calls that are refused, and ``clone``."""
_CLONE3 = 435
_LIBC = ctypes.CDLL(None, use_errno=True)


class _NotConfinedError(Exception):
    """What this system lacks."""


def confine(folder: Path) -> None:
    """Give up everything that the program is not to have; there is no way back.

    Raises:
        _NotConfinedError: the system has no way to do so.
    """
    os.chdir(folder)
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _limit()
    _LIBC.unshare(_NEW_USER | _NEW_NET)
    if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise _NotConfinedError("no_new_privs")
    _drop_capabilities()
    _keep_to(folder)
    _refuse_calls()


def _limit() -> None:
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def _drop_capabilities() -> None:
    header = ctypes.create_string_buffer(struct.pack("=Ii", 0x20080522, 0))
    nothing = ctypes.create_string_buffer(struct.pack("=6I", 0, 0, 0, 0, 0, 0))
    if _LIBC.capset(header, nothing):
        raise _NotConfinedError("capset")


def _keep_to(folder: Path) -> None:
    """Landlock: read Python and the system's libraries, write the folder, use no other file."""
    version = _call(_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        raise _NotConfinedError("Landlock")
    every = (1 << _EVERY_RIGHT.get(version, 16)) - 1
    network = 0b11 if version >= 4 else 0
    scope = 0b11 if version >= 6 else 0
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    attributes = ctypes.create_string_buffer(struct.pack("=QQQ", every, network, scope))
    rules = _call(_LANDLOCK_CREATE, attributes, size, 0)
    if rules < 0:
        raise _NotConfinedError("Landlock")
    python = {sys.prefix, sys.base_prefix, sys.exec_prefix}
    for place in (*python, "/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/zoneinfo", "/usr/local/lib"):
        _allow(rules, place, (_READ | _EXECUTE) & every)
    for place in ("/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/urandom", "/dev/zero"):
        _allow(rules, place, 1 << 2)
    _allow(rules, str(folder), (_READ | _WRITE) & every)
    if _call(_LANDLOCK_RESTRICT, rules, 0):
        raise _NotConfinedError("Landlock")
    os.close(rules)


def _call(number: int, *arguments: Any) -> int:
    """A system call that the C library has no function for."""
    wide = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    given: int = _LIBC.syscall(ctypes.c_long(number), *wide)
    return given


def _allow(rules: int, place: str, rights: int) -> None:
    with suppress(OSError):
        descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor))
        _call(_LANDLOCK_ADD, rules, 1, rule, 0)
        os.close(descriptor)


def _refuse_calls() -> None:
    """seccomp: the refused calls fail as not permitted, and so do new processes; threads are left."""
    known = _MACHINES.get(platform.machine())
    if known is None:
        raise _NotConfinedError("seccomp")
    architecture, refused, clone = known
    load, jump_equal, jump_set, jump_above, give = 0x20, 0x15, 0x45, 0x35, 0x06
    permission_denied, no_such_call = 0x00050000 | 1, 0x00050000 | 38
    program: list[tuple[int, int, int, int]] = [
        (load, 0, 0, 4),
        (jump_equal, 1, 0, architecture),
        (give, 0, 0, 0x80000000),  # another architecture: end the process
        (load, 0, 0, 0),
        (jump_above, 0, 1, 0x40000000),  # x32
        (give, 0, 0, permission_denied),
        (jump_equal, 0, 1, _CLONE3),  # the C library tries clone then, the flags of which can be seen
        (give, 0, 0, no_such_call),
    ]
    for number in map(int, refused.split()[1::2]):
        program += [(jump_equal, 0, 1, number), (give, 0, 0, permission_denied)]
    program += [
        (jump_equal, 0, 3, clone),
        (load, 0, 0, 16),
        (jump_set, 1, 0, _CLONE_THREAD),
        (give, 0, 0, permission_denied),
        (give, 0, 0, 0x7FFF0000),
    ]
    packed = b"".join(struct.pack("=HBBI", *line) for line in program)
    lines = ctypes.create_string_buffer(packed)
    filter_ = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(lines)))
    if _LIBC.prctl(_PR_SET_SECCOMP, 2, filter_, 0, 0):
        raise _NotConfinedError("seccomp")


def run(code: str) -> None:
    """Run a program as a main module; show the value of its last line, or of ``solution()`` if it has one."""
    names: dict[str, Any] = {"__name__": "__main__"}
    tree = ast.parse(code, "program")
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "program", "exec"), names)
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), "program", "eval"), names)
    elif callable(names.get("solution")):
        value = names["solution"]()
    else:
        return
    if value is not None:
        print(value)  # noqa: T201


def main() -> None:
    """Confine, then run; a mistake of the program is told as Python tells it, without this file's own lines."""
    code = sys.stdin.read()
    try:
        confine(Path(sys.argv[1]))
    except (_NotConfinedError, OSError) as error:
        sys.stderr.write(str(error))
        sys.exit(REFUSED)
    try:
        run(code)
    except Exception as error:
        own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "program"]
        lines = [*traceback.format_list(own), *traceback.format_exception_only(error)]
        sys.stderr.write("".join(lines))
        sys.exit(1)


if __name__ == "__main__":
    main()
