"""The child's walls: what the filter lets through on either machine, and that nothing runs without it."""

import struct

import pytest

from botyard.cage import jail
from botyard.cage.child import ChildLimits, run_caged
from botyard.stages.deployer import contract

ALLOW, DENY, KILL = 0x7FFF0000, 0x00050001, 0x80000000
X86, ARM = ("x86_64", 0xC000003E), ("aarch64", 0xC00000B7)


def judged(machine, arch, number, third=0):
    """Run the filter as linux/filter.h says, on one system call."""
    data = struct.pack("=iIQ6Q", number, arch, 0, 0, 0, third, 0, 0, 0)
    lines = list(struct.iter_unpack("HBBI", jail._filter(machine)))
    value = i = 0
    while True:
        code, jump_true, jump_false, k = lines[i]
        if code == 0x06:  # BPF_RET | BPF_K
            return k
        if code == 0x20:  # BPF_LD | BPF_W | BPF_ABS
            value = struct.unpack_from("=I", data, k)[0]
        else:  # BPF_JMP: JEQ, JGE, JSET
            is_so = {0x15: value == k, 0x35: value >= k, 0x45: bool(value & k)}[code]
            i += jump_true if is_so else jump_false
        i += 1


@pytest.mark.parametrize(
    "machine, allowed, denied",
    [
        # read write close exit_group getrandom, then open openat socket connect clone fork execve kill ptrace prctl
        (X86, (0, 1, 3, 231, 318), (2, 257, 41, 42, 56, 57, 59, 62, 101, 157, 435, 437)),
        (ARM, (63, 64, 57, 94, 278), (56, 198, 203, 220, 221, 129, 117, 167, 435, 437)),
    ],
)
def test_the_filter_lets_little_through(machine, allowed, denied):
    assert {judged(*machine, n) for n in allowed} == {ALLOW}
    assert {judged(*machine, n) for n in denied} == {DENY}
    other = ARM if machine is X86 else X86
    assert judged(machine[0], other[1], allowed[0]) == KILL


@pytest.mark.parametrize("machine, mapping", [(X86, (9, 10)), (ARM, (222, 226))])
def test_no_memory_becomes_executable(machine, mapping):
    read_write, execute = 3, 4
    assert {judged(*machine, n, read_write) for n in mapping} == {ALLOW}
    assert {judged(*machine, n, execute) for n in mapping} == {DENY}


def test_the_other_calling_convention_of_a_pc_is_shut():
    assert judged(*X86, 0x40000000) == DENY


def test_a_child_that_cannot_close_its_cage_says_so(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("import sys\nsys.stderr.write('no seccomp here\\n')\nsys.exit(78)\n")
    answer = run_caged(program, [], ChildLimits(seconds=10.0))
    assert (answer.has_cage, answer.error, answer.output) == (False, "no cage: no seccomp here", b"")


def test_an_unknown_machine_has_no_cage(monkeypatch):
    monkeypatch.setattr(jail.platform, "machine", lambda: "riscv64")
    with pytest.raises(OSError, match="no seccomp filter for linux on riscv64"):
        jail.close()


@pytest.mark.parametrize(
    "program, wrong",
    [
        ("import time\ntime.sleep(60)\n", "it did not finish within 0.5 s"),
        ("import sys\nsys.stdout.write('x' * 3_000_000)\n", "it wrote more than 1048576 bytes"),
        ("raise ValueError('out of luck')\n", "it ended with code 1: ValueError: out of luck"),
    ],
)
def test_a_child_is_heard_within_bounds(tmp_path, program, wrong):
    path = tmp_path / "program.py"
    path.write_text(program)
    limits = ChildLimits(seconds=0.5 if "sleep" in program else 20.0, most_output=1 << 20)
    assert run_caged(path, [], limits).error == wrong


def test_without_a_cage_no_bundle_of_a_model_passes(tmp_path, monkeypatch):
    from botyard.cage.child import ChildAnswer

    monkeypatch.setattr(contract, "run_caged", lambda *_: ChildAnswer(b"", "", "no cage: here", has_cage=False))
    replay = contract._replay_caged("whole", tmp_path, [1], 2)
    assert (replay.rows, replay.error) == ([], "the bundle in the cage: no cage: here")
