"""A compiled strategy: its module for CPython, its machine code for research, and its parameters."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from botyard.engine import kernel
from botyard.engine.bars import Floats
from botyard.engine.build import machine_code
from botyard.engine.cache import CodeCache
from botyard.engine.machine import native
from botyard.engine.parameters import Value, parameter_vector
from botyard.errors import InvariantError
from botyard.records.spec import Spec


class Compiled(Protocol):
    """What the engine needs of a compiled spec."""

    @property
    def spec(self) -> Spec:
        """The checked spec."""
        ...

    @property
    def source(self) -> str:
        """Source of strategy.py."""
        ...


class Module:
    """Namespace of an emitted strategy; attribute access reads its names."""

    def __init__(self, source: str, name: str) -> None:
        self.__dict__["__name__"] = name
        exec(compile(source, f"<{name}>", "exec"), self.__dict__)  # noqa: S102 - emitted by our own compiler

    def __getattr__(self, name: str) -> Any:
        raise InvariantError(f"the emitted strategy has no {name}")


class Program:
    """A strategy ready to run. Programs are cheap to make when their code is cached."""

    def __init__(self, compiled: Compiled, cache_dir: Path | None = None) -> None:
        self.compiled = compiled
        self.module: Any = Module(compiled.source, "strategy")
        code = machine_code(self.module, compiled.source, _cache(cache_dir))
        self._loaded = native.Loaded(code, kernel.SYMBOL)

    @property
    def address(self) -> int:
        """Where the loop starts in memory."""
        return self._loaded.address

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a program holds machine code: send its spec and load it again there")

    def vector(self, values: Mapping[str, Value] | None = None) -> Floats:
        """Return parameter values in the strategy's order; what is not given takes its default.

        Shape: (n_parameters,), at least 1 so that there is always an address.
        Raises: UserError naming the parameter that is unknown or outside its range, or the constraint that fails.
        """
        return parameter_vector(self.compiled.spec, self.module.PARAMETERS, values)


def load_program(compiled: Compiled, cache_dir: Path | None = None) -> Program:
    """Return the program of a compiled spec, from the cache when it has been there before.

    cache_dir: folder for machine code; None keeps it in memory only.
    """
    return Program(compiled, cache_dir)


@lru_cache(maxsize=8)
def _cache(folder: Path | None) -> CodeCache:
    return CodeCache(folder)
