"""From LLVM IR to machine code in memory.

`compiled` optimises a module as a whole, so that the strategy is inlined into the loop, and gives an object that can
be kept on disk; `Loaded` puts an object into memory. Only numbers and pointers to float64 cross; nothing is
allocated, nothing raises, the interpreter is never called.
"""

import contextlib
from functools import cache
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]

from botyard.errors import InvariantError

_LIBM = ("libm.so.6", "libm.so")


def compiled(text: str, symbol: str) -> bytes:
    """Compile a module of IR text to a native object.

    Raises: InvariantError when it needs what a plain process does not have.
    """
    machine = _target_machine()
    module = llvm.parse_assembly(text)
    module.verify()
    _optimise(module, machine)
    missing = [f.name for f in module.functions if f.is_declaration and not _is_known(f.name)]
    if missing:
        raise InvariantError(f"compiled {symbol} needs {', '.join(missing)}, which a plain process does not have")
    return bytes(machine.emit_object(module))


class Loaded:
    """Machine code in memory; it stays as long as this lives."""

    def __init__(self, code: bytes, symbol: str) -> None:
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target_machine())
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        self.address = int(self._engine.get_function_address(symbol))
        if not self.address:
            raise InvariantError(f"the object does not hold {symbol}")


def machine_name() -> str:
    """Say for which processor code is made: code of one machine must not run on another."""
    return f"{llvm.get_process_triple()} {llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"


@cache
def _initialise() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for name in _LIBM:
        if llvm.address_of_symbol("fmod") is None:
            with contextlib.suppress(RuntimeError):
                llvm.load_library_permanently(name)


def _target_machine() -> Any:
    # never shared: an execution engine takes it over and frees it
    _initialise()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        codemodel="jitdefault",
        jit=True,
    )


def _optimise(module: Any, machine: Any) -> None:
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = False  # loops run over a handful of orders, or over a window in a fixed order
    options.slp_vectorization = False
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)


def _is_known(name: str) -> bool:
    return name.startswith("llvm.") or llvm.address_of_symbol(name) is not None
