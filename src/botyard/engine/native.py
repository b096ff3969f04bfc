"""From plain Python functions to machine code that loads without numba.

1. `lower`: numba types a function and everything it calls, and gives LLVM bitcode with one plain C symbol.
2. `link`: modules become one module, optimised as a whole, so that the strategy is inlined into the loop.
3. `load`: the object is put into memory; calling it needs llvmlite and ctypes only.

Only numbers and pointers to float64 cross; nothing is allocated, nothing raises, the interpreter is never called.
"""

import builtins
import contextlib
import importlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import FunctionType
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]

from botyard.errors import InvariantError

POINTER, FLOAT, INTEGER, BOOLEAN, VOID = "ptr", "double", "i64", "i1", "void"
"""C types, as LLVM spells them."""

_LIBM = ("libm.so.6", "libm.so")


class External:
    """A function that another module defines: its C symbol, result and arguments."""

    def __init__(self, symbol: str, result: str, arguments: Sequence[str]) -> None:
        self.symbol = symbol
        self.result = result
        self.arguments = tuple(arguments)

    def __call__(self, *_: Any) -> Any:
        """Raise InvariantError: it exists in compiled code only."""
        raise InvariantError(f"{self.symbol} exists in compiled code only")


def lower(functions: Mapping[Callable[..., Any], External], known: Mapping[Any, External]) -> list[bytes]:
    """Compile each function to LLVM bitcode that defines its external symbol and nothing else.

    known: functions that are called as externals instead of being compiled along.
    """
    compiler = _Compiler(known)
    return [_lowered(compiler.dispatcher(function), external) for function, external in functions.items()]


def _lowered(dispatcher: Any, external: External) -> bytes:
    types = _numba_types()
    arguments = tuple(types[kind] for kind in external.arguments)
    with _Unoptimised():
        dispatcher.compile(arguments)
    compiled = dispatcher.overloads[arguments]
    if compiled.signature.return_type != types[external.result]:
        raise InvariantError(f"{external.symbol} returns {compiled.signature.return_type}, not {external.result}")
    text = str(compiled.library.get_llvm_str()) + _entry(external, compiled.fndesc.llvm_func_name)
    module = llvm.parse_assembly(text)
    _hide_all_but(module, external.symbol)
    _optimise(module, _target_machine())
    return bytes(module.as_bitcode())


def link(modules: Sequence[bytes], symbol: str) -> bytes:
    """Merge bitcode modules, keep what `symbol` needs, optimise, and return a native object."""
    machine = _target_machine()
    merged = llvm.parse_bitcode(modules[0])
    for bitcode in modules[1:]:
        merged.link_in(llvm.parse_bitcode(bitcode))
    _hide_all_but(merged, symbol)
    merged.verify()
    _optimise(merged, machine)
    missing = [f.name for f in merged.functions if f.is_declaration and not _is_known(f.name)]
    if missing:
        raise InvariantError(f"compiled strategy needs {', '.join(missing)}, which a plain process does not have")
    return bytes(machine.emit_object(merged))


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


def _hide_all_but(module: Any, symbol: str) -> None:
    # hidden functions are inlined and dropped, and their names cannot clash with those of another module
    for function in module.functions:
        if not function.is_declaration and function.name != symbol:
            function.linkage = "internal"


def _is_known(name: str) -> bool:
    return name.startswith("llvm.") or llvm.address_of_symbol(name) is not None


_OPTIONS: dict[str, Any] = {
    "error_model": "numpy", "nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True,
}  # fmt: skip


class _Compiler:
    """Turns plain functions into numba dispatchers, and the functions that they name along with them."""

    def __init__(self, known: Mapping[Any, External]) -> None:
        self._known = known
        self._done: dict[Any, Any] = {}

    def dispatcher(self, function: Any) -> Any:
        import numba

        if function not in self._done:
            names: dict[str, Any] = {"__builtins__": builtins, "__name__": function.__module__}
            for name in function.__code__.co_names:
                if name in function.__globals__:
                    names[name] = self._resolved(function.__globals__[name])
            twin = FunctionType(function.__code__, names, function.__name__)
            self._done[function] = numba.njit(**_OPTIONS)(twin)
        return self._done[function]

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, External):
            return _external(value)
        if not isinstance(value, FunctionType):
            return value
        if value in self._known:
            return _external(self._known[value])
        return self.dispatcher(value)


def _external(external: External) -> Any:
    from numba.core.types import ExternalFunction

    types = _numba_types()
    # numba resolves symbols when it compiles; the real ones are linked in later
    llvm.add_symbol(external.symbol, 1)
    return ExternalFunction(external.symbol, types[external.result](*(types[kind] for kind in external.arguments)))


@cache
def _numba_types() -> dict[str, Any]:
    types: Any = importlib.import_module("numba").types
    return {
        POINTER: types.CPointer(types.float64), FLOAT: types.float64, INTEGER: types.int64, BOOLEAN: types.boolean,
        VOID: types.void,
    }  # fmt: skip


class _Unoptimised:
    """Numba optimises each function alone; `link` does it once for all of them."""

    def __enter__(self) -> None:
        config: Any = importlib.import_module("numba.core.config")
        self._config = config
        self._level = config.OPT
        config.OPT = type(config.OPT)(0)

    def __exit__(self, *_: object) -> None:
        self._config.OPT = self._level


def _entry(external: External, mangled: str) -> str:
    """IR of a plain C function around numba's own convention: result and error by pointer, status returned."""
    values = [f"{kind} %a{k}" for k, kind in enumerate(external.arguments)]
    # all arrays are apart from each other, so that a value stays in its register while another array is written
    declared = [value.replace("ptr ", "ptr noalias ") for value in values]
    if external.result == VOID:
        slot, ending = "ptr", "  ret void\n"
    else:
        slot = "i8" if external.result == BOOLEAN else external.result
        ending = f"  %value = load {slot}, ptr %result\n"
        if external.result == BOOLEAN:
            ending += "  %bit = trunc i8 %value to i1\n  ret i1 %bit\n"
        else:
            ending += f"  ret {slot} %value\n"
    call = ", ".join(["ptr %result", "ptr %error", *values])
    return (
        f"\ndefine {external.result} @{external.symbol}({', '.join(declared)}) {{\n"
        f"  %result = alloca {slot}\n  %error = alloca ptr\n"
        f"  %status = call i32 @{_quoted(mangled)}({call})\n{ending}}}\n"
    )


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[\w.$]+", name) else f'"{name}"'
