"""The spec with the values that the search found, and where each value came from."""

import dataclasses
import re

from botyard.records.research import Provenance
from botyard.records.spec import Parameter, Spec
from botyard.search import space

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def with_values(spec: Spec, values: space.Values) -> Spec:
    """Return the spec with these values as its defaults; whole numbers stay whole."""
    parameters = {name: dataclasses.replace(p, default=values[name]) for name, p in spec.parameters.items()}
    return dataclasses.replace(spec, parameters=parameters)


def explain_values(spec: Spec, values: space.Values, symbol: str, trials: int) -> tuple[Provenance, ...]:
    """Say of each parameter what it was, what it is and who decided; `trials` is 1 where nothing was searched."""
    free = space.free_parameters(spec)
    stated = {float(number) for number in _NUMBER.findall(spec.idea)}
    return tuple(
        _explain(
            name,
            parameter,
            values[name],
            is_searched=name in free and trials > 1,
            stated=stated,
            end=_end(symbol, trials),
        )
        for name, parameter in spec.parameters.items()
    )


def _explain(
    name: str, parameter: Parameter, value: space.Value, *, is_searched: bool, stated: set[float], end: str
) -> Provenance:
    default = parameter.default
    is_stated = _is_stated(default, stated)
    source = "stated in the idea" if is_stated else "assumed: the idea leaves it open"
    if is_searched and value != default:
        return Provenance(name, value, default, "optimised", f"{_say(default)} → {_say(value)}, optimised in {end}")
    if is_searched:
        text = f"{_say(value)}, {source}; {end} found none better"
        return Provenance(name, value, default, "idea" if is_stated else "assumption", text)
    if parameter.fixed:
        return Provenance(name, value, default, "fixed", f"{_say(value)}, fixed by the idea, not searched")
    return Provenance(
        name, value, default, "idea" if is_stated else "assumption", f"{_say(value)}, {source}; not searched"
    )


def _is_stated(default: space.Value, stated: set[float]) -> bool:
    # "2 %" may stand in the spec as 0.02, "1 hour" in minutes: only the first is looked for
    value = abs(float(default))
    return any(abs(value - n) < 1e-9 or abs(value * 100 - n) < 1e-7 for n in stated)


def _end(symbol: str, trials: int) -> str:
    return f"{trials} trials on {symbol}"


def _say(value: space.Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if abs(value) < 1e6 else str(value)
