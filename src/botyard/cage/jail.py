"""The child's side of the cage: give up everything but computing, then let gated code run. Standard library only.

Started as `python -I -S jail.py PROGRAM ARGUMENT…` with an empty environment. It limits itself (`enter`), runs the
trusted PROGRAM, and that calls `sys.modules["jail"].close()` once it has read and imported all it needs. After that no
file opens, no process starts, nothing is signalled and no socket exists: the kernel refuses (seccomp).

The filter's layout: linux/seccomp.h, linux/filter.h; system call numbers: asm/unistd_64.h and asm-generic/unistd.h.
"""

import ctypes
import os
import platform
import resource
import runpy
import struct
import sys

NO_CAGE = 78  # exit code where the cage cannot be closed; EX_CONFIG of sysexits.h

_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_ALLOW, _DENY, _KILL = 0x7FFF0000, 0x00050001, 0x80000000  # EPERM for what is refused
_LOAD, _EQUAL, _AT_LEAST, _HAS_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _THIRD = 0, 4, 32  # offsets in struct seccomp_data
_PROT_EXEC = 4
_X32 = 0x40000000

# read write close fstat lseek brk rt_sigaction rt_sigprocmask rt_sigreturn mremap munmap madvise sched_yield getpid
# exit exit_group futex clock_gettime getrandom sigaltstack gettid restart_syscall rseq set_robust_list
_CALLS = {
    "x86_64": (0, 1, 3, 5, 8, 12, 13, 14, 15, 25, 11, 28, 24, 39, 60, 231, 202, 228, 318, 131, 186, 219, 334, 273),
    "aarch64": (63, 64, 57, 80, 62, 214, 134, 135, 139, 216, 215, 233, 124, 172, 93, 94, 98, 113, 278, 132, 178, 128, 293, 99),
}  # fmt: skip
_MAPPING_CALLS = {"x86_64": (9, 10), "aarch64": (222, 226)}  # mmap mprotect: never executable
_ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def enter(memory_mib: int, cpu_seconds: int) -> None:
    """Set the limits that hold from the start, the trusted part included."""
    for what, value in (
        (resource.RLIMIT_AS, memory_mib << 20),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (value, value))


def close() -> None:
    """Close the cage: after this the process can compute, and write to the pipes it was given.

    Raises: OSError where the kernel has no such filter.
    """
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _ARCHES:
        raise OSError(f"no seccomp filter for {sys.platform} on {machine}")
    os.close(0)
    os.closerange(3, 64)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    code = _filter(machine)
    program = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HL", len(code) // 8, ctypes.addressof(program))  # struct sock_fprog
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    zero = ctypes.c_ulong(0)
    for what, value, third in (
        (_PR_SET_DUMPABLE, ctypes.c_ulong(0), zero),
        (_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), zero),
        (_PR_SET_SECCOMP, ctypes.c_ulong(_SECCOMP_MODE_FILTER), ctypes.create_string_buffer(header, len(header))),
    ):
        if prctl(what, value, third, zero, zero) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"prctl {what} failed: {os.strerror(number)}")


def _filter(machine: str) -> bytes:
    calls = _CALLS[machine]
    lines = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, _ARCHES[machine]), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NUMBER)]
    if machine == "x86_64":
        lines += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _DENY)]
    for number in calls:
        lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    for number in _MAPPING_CALLS[machine]:
        lines += [
            (_EQUAL, 0, 4, number),
            (_LOAD, 0, 0, _THIRD),
            (_HAS_BITS, 0, 1, _PROT_EXEC),
            (_RETURN, 0, 0, _DENY),
            (_RETURN, 0, 0, _ALLOW),
        ]
    lines.append((_RETURN, 0, 0, _DENY))
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def main(arguments: list[str]) -> None:
    """Limit this process, then run the trusted program with its arguments."""
    memory_mib, cpu_seconds, program = arguments[:3]
    sys.modules["jail"] = sys.modules[__name__]
    enter(int(memory_mib), int(cpu_seconds))
    sys.argv = [program, *arguments[3:]]
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
