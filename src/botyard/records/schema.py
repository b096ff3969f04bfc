"""The spec at the edge: JSON in and out, checked by Pydantic. The bot never imports this.

`load_spec` says where a spec is wrong in terms of its own fields; `dump_spec` writes the canonical JSON, whose
sha256 is the spec's hash.
"""

import hashlib
import json
import re
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from botyard.errors import SpecError
from botyard.records import spec as records
from botyard.records.market import TIMEFRAMES

NAME = r"^[A-Za-z][A-Za-z0-9_]*$"
Name = Annotated[str, Field(pattern=NAME, max_length=60)]
Expression = Annotated[str, Field(min_length=1, max_length=500)]
Number = float | Expression
Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True, strict=False)


class _Parameter(_Part):
    type: Literal["int", "float", "bool"]
    default: bool | int | Finite
    low: int | Finite | None = None
    high: int | Finite | None = None
    step: int | Finite | None = None
    log: bool = False
    fixed: bool = False

    @model_validator(mode="after")
    def _in_range(self) -> "_Parameter":
        if self.type == "bool":
            if not isinstance(self.default, bool):
                raise ValueError("a bool parameter has the default true or false")
            if (self.low, self.high, self.step, self.log) != (None, None, None, False):
                raise ValueError("a bool parameter has no low, high, step or log")
            return self
        if isinstance(self.default, bool):
            raise ValueError(f"a parameter of type {self.type} has a number as default")  # noqa: TRY004 -- Pydantic gathers ValueErrors
        _check_range(self)
        return self


def _check_range(parameter: _Parameter) -> None:
    low, high, step, default = parameter.low, parameter.high, parameter.step, parameter.default
    if parameter.type == "int" and any(isinstance(v, float) for v in (default, low, high, step)):
        raise ValueError("an int parameter has whole numbers as default, low, high and step")
    if (low is None) != (high is None):
        raise ValueError("low and high come together")
    if low is None or high is None:
        if parameter.fixed:
            return
        raise ValueError('needs low and high, the range to search; or "fixed": true')
    if low > high or not low <= default <= high:
        raise ValueError(f"low <= default <= high does not hold: {low}, {default}, {high}")
    if step is not None and step <= 0:
        raise ValueError("step is above 0")
    if parameter.log and low <= 0:
        raise ValueError("log needs a low above 0")


class _Transition(_Part):
    source: Name | Annotated[list[Name], Field(min_length=1)] = Field(alias="from")
    target: Name = Field(alias="to")
    signal: Name
    when: Expression | None = None
    stop: Expression | None = None
    limit: Expression | None = None
    guard: Expression | None = Field(default=None, alias="if")
    ratchet: bool = False
    rebalance: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> "_Transition":
        ways = [name for name in ("when", "stop", "limit") if getattr(self, name) is not None]
        if len(ways) != 1:
            raise ValueError(f"needs exactly one of when, stop and limit; has {', '.join(ways) or 'none'}")
        if self.guard is not None and self.when is not None:
            raise ValueError('"if" guards a resting order; join it to "when" with `and`')
        if self.ratchet and self.stop is None:
            raise ValueError("only a stop has a ratchet")
        return self


class _StateMachine(_Part):
    initial: Name
    states: Annotated[dict[Name, Number], Field(min_length=1, max_length=64)]
    transitions: Annotated[list[_Transition], Field(min_length=1, max_length=256)]


class _Sizing(_Part):
    type: Literal["fraction", "quote", "units", "risk"] = "fraction"
    of_equity: Number | None = None
    amount: Number | None = None
    quantity: Number | None = None
    per_trade: Number | None = None
    stop_distance: Number | None = None
    max_leverage: Annotated[float, Field(gt=0, le=125)] = 1.0
    max_quote: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _has_its_number(self) -> "_Sizing":
        wanted = SIZING_NUMBER[self.type]
        if getattr(self, wanted) is None:
            raise ValueError(f'"{self.type}" needs {wanted}')
        for name in (*SIZING_NUMBER.values(), "stop_distance"):
            allowed = name == wanted or (name == "stop_distance" and self.type == "risk")
            value = getattr(self, name)
            if value is not None and not allowed:
                raise ValueError(f'"{self.type}" has no {name}; it needs {wanted}')
            if isinstance(value, float) and not 0 < value < float("inf"):
                raise ValueError(f"{name} is above 0, not {value}")
        return self


SIZING_NUMBER = {"fraction": "of_equity", "quote": "amount", "units": "quantity", "risk": "per_trade"}
"""Sizing type -> the field that holds its number."""


class _Limits(_Part):
    max_losses_per_day: Annotated[int, Field(ge=1)] | None = None
    max_daily_loss: Annotated[float, Field(gt=0, le=1)] | None = None
    max_drawdown: Annotated[float, Field(gt=0, le=1)] | None = None
    max_trades_per_day: Annotated[int, Field(ge=1)] | None = None


class _Spec(_Part):
    """A trading idea as typed data: parameters, series, a state machine, sizing and limits."""

    spec_version: Literal[1] = 1
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
    idea: Annotated[str, Field(max_length=4000)] = ""
    timeframe: Literal[tuple(TIMEFRAMES)]  # type: ignore[valid-type]
    timezone: str = "UTC"
    logic: Annotated[str, Field(max_length=4000)] = ""
    assumptions: list[str] = []
    parameters: Annotated[dict[Name, _Parameter], Field(max_length=64)] = {}
    constraints: list[Expression] = []
    series: Annotated[dict[Name, Expression], Field(max_length=128)] = {}
    state_machine: _StateMachine
    sizing: _Sizing = _Sizing(of_equity=1.0)
    limits: _Limits = _Limits()


def load_spec(data: str | bytes | dict[str, Any]) -> records.Spec:
    """Read a spec from JSON text or from a dict.

    Raises: SpecError naming the field, what is wrong with it and what to write instead.
    """
    if not isinstance(data, dict):
        data = _parse(data)
    try:
        checked = _Spec.model_validate(data)
    except ValidationError as e:
        raise _as_spec_error(e) from e
    _check_timezone(checked.timezone)
    return _record(checked)


def problems(data: dict[str, Any]) -> tuple[str, ...]:
    """Say everything that is wrong with the shape of a spec, a sentence each; () lets it through."""
    try:
        checked = _Spec.model_validate(data)
        _check_timezone(checked.timezone)
    except ValidationError as e:
        found = [f"{_place(p['loc'])}: {p['msg'].removeprefix('Value error, ')}" for p in e.errors(include_url=False)]
        return tuple(dict.fromkeys(found))
    except SpecError as e:
        return (str(e),)
    return ()


def dump_spec(spec: records.Spec) -> str:
    """Write a spec as canonical JSON: fields in the order of the record, no defaults left out but empty ones."""
    return json.dumps(_plain(spec), indent=2, ensure_ascii=False) + "\n"


def spec_hash(spec: records.Spec) -> str:
    """Sha256 (hex) of the canonical JSON."""
    return hashlib.sha256(dump_spec(spec).encode()).hexdigest()


def json_schema() -> dict[str, Any]:
    """JSON Schema of `strategy_spec.json`, committed as schemas/strategy_spec.json."""
    schema = _Spec.model_json_schema(by_alias=True)
    schema["title"] = "strategy_spec"
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return schema


def _parse(text: str | bytes) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as e:
        raise SpecError(f"this is not JSON: {e}") from e
    if not isinstance(data, dict):
        raise SpecError(f"a spec is a JSON object, not {type(data).__name__}")
    return data


def _as_spec_error(error: ValidationError) -> SpecError:
    found = error.errors(include_url=False)
    place = _place(found[0]["loc"])
    here = [problem for problem in found if _place(problem["loc"]) == place]
    more = f" (and {len(found) - len(here)} more)" if len(found) > len(here) else ""
    # a field of several forms is told of once for each: what is wrong inside a form says more than that it is another
    telling = [problem for problem in here if problem["type"].rpartition("_")[0] not in _FORMS]
    if len(here) > 1 and not telling:
        forms = dict.fromkeys(_FORMS[problem["type"].rpartition("_")[0]] for problem in here)
        return SpecError(f"{_shown(here[0]['input'])} is not {' or '.join(forms)}{more}", place=place)
    return SpecError(_in_words((telling or here)[0], place) + more, place=place)


def _place(parts: tuple[int | str, ...]) -> str:
    place = ""
    for part in parts:
        if isinstance(part, int):
            place += f"[{part}]"
        elif part not in {"str", "float", "int", "bool"} and not part.startswith(("list[", "constrained", "function-")):
            place += f".{part}" if place else part
    return place


_FORMS = {
    "string": "text", "dict": "an object", "model": "an object", "list": "a list", "float": "a number", "int": "a whole number",
    "int_from": "a whole number", "bool": "true or false",
}  # fmt: skip
"""Beginning of Pydantic's word for a wrong type -> what is wanted."""


def _in_words(problem: Any, place: str) -> str:
    kind, given, context = problem["type"], problem.get("input"), problem.get("ctx", {})
    field = place.rpartition(".")[2]
    if kind == "extra_forbidden":
        known = _fields_beside(place)
        return f"there is no field {field!r} here{_nearest(field, known)}; there are {', '.join(known)}"
    if kind == "string_pattern_mismatch":
        form = "small letters, digits, - and _" if place == "name" else "a letter, then letters, digits and _"
        return f"{given!r} is not a name: it must match the pattern of {form}"
    if kind == "literal_error":
        expected = str(context["expected"])
        return f"{given!r} is not known{_nearest(str(given), re.findall(_QUOTED, expected))}; write {expected}"
    if kind.rpartition("_")[0] in _FORMS and kind.endswith(("_type", "_parsing", "_float")):
        return f"{_shown(given)} is not {_FORMS[kind.rpartition('_')[0]]}"
    if kind in _LIMITS:
        return f"{_shown(given)} is not {_LIMITS[kind]} {next(iter(context.values()))}"
    return {
        "missing": "this field is missing",
        "string_too_short": "an expression is missing",
        "too_short": "nothing is in it",
    }.get(kind, str(problem["msg"]).removeprefix("Value error, "))


_QUOTED = "'(.*?)'"
_LIMITS = {
    "greater_than": "above",
    "greater_than_equal": "at least",
    "less_than": "below",
    "less_than_equal": "at most",
}


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _fields_beside(place: str) -> list[str]:
    models: list[tuple[str, type[BaseModel]]] = [
        (r"parameters\.\w+\.", _Parameter), (r"state_machine\.transitions\[\d+\]\.", _Transition),
        (r"state_machine\.", _StateMachine), (r"sizing\.", _Sizing), (r"limits\.", _Limits), ("", _Spec),
    ]  # fmt: skip
    model = next(model for pattern, model in models if re.match(pattern, place))
    return [info.alias or name for name, info in model.model_fields.items()]


def _nearest(word: str, known: list[str]) -> str:
    close = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def _check_timezone(name: str) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as e:
        raise SpecError(
            f'{name!r} is not a time zone; write a name such as "UTC" or "America/New_York"', place="timezone"
        ) from e


def _record(checked: _Spec) -> records.Spec:
    machine = checked.state_machine
    return records.Spec(
        name=checked.name,
        idea=checked.idea,
        timeframe=checked.timeframe,
        timezone=checked.timezone,
        logic=checked.logic,
        assumptions=tuple(checked.assumptions),
        parameters={name: _parameter(p) for name, p in checked.parameters.items()},
        constraints=tuple(checked.constraints),
        series=dict(checked.series),
        state_machine=records.StateMachine(
            initial=machine.initial,
            states=dict(machine.states),
            transitions=tuple(_transition(t) for t in machine.transitions),
        ),
        sizing=records.Sizing(**checked.sizing.model_dump()),
        limits=records.Limits(**checked.limits.model_dump()),
    )


def _parameter(checked: _Parameter) -> records.Parameter:
    fields = checked.model_dump()
    if checked.type == "float":
        fields |= {name: float(fields[name]) for name in ("default", "low", "high", "step") if fields[name] is not None}
    return records.Parameter(**fields)


def _transition(checked: _Transition) -> records.Transition:
    fields = checked.model_dump()
    source = fields.pop("source")
    return records.Transition(source=(source,) if isinstance(source, str) else tuple(source), **fields)


def _plain(spec: records.Spec) -> dict[str, Any]:
    machine = spec.state_machine
    return {
        "spec_version": spec.spec_version,
        "name": spec.name,
        "idea": spec.idea,
        "timeframe": spec.timeframe,
        "timezone": spec.timezone,
        "logic": spec.logic,
        "assumptions": list(spec.assumptions),
        "parameters": {name: _plain_parameter(p) for name, p in spec.parameters.items()},
        "constraints": list(spec.constraints),
        "series": dict(spec.series),
        "state_machine": {
            "initial": machine.initial,
            "states": {name: _number(exposure) for name, exposure in machine.states.items()},
            "transitions": [_plain_transition(t) for t in machine.transitions],
        },
        "sizing": _set_fields(
            spec.sizing, ("type", *SIZING_NUMBER.values(), "stop_distance", "max_leverage", "max_quote")
        ),
        "limits": _set_fields(
            spec.limits, ("max_losses_per_day", "max_daily_loss", "max_drawdown", "max_trades_per_day")
        ),
    }


def _plain_parameter(parameter: records.Parameter) -> dict[str, Any]:
    plain = _set_fields(parameter, ("type", "default", "low", "high", "step"))
    if parameter.type == "float":
        plain = {name: value if name == "type" else float(value) for name, value in plain.items()}
    return plain | {name: True for name in ("log", "fixed") if getattr(parameter, name)}


def _plain_transition(transition: records.Transition) -> dict[str, Any]:
    source = transition.source
    plain: dict[str, Any] = {
        "from": source[0] if len(source) == 1 else list(source),
        "to": transition.target,
        "signal": transition.signal,
    }
    plain |= _set_fields(transition, ("when", "stop", "limit"))
    if transition.guard is not None:
        plain["if"] = transition.guard
    return plain | {name: True for name in ("ratchet", "rebalance") if getattr(transition, name)}


def _set_fields(record: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _number(value) for name in names if (value := getattr(record, name)) is not None}


def _number(value: Any) -> Any:
    # 1 and 1.0 are the same exposure: they must hash alike
    return int(value) if isinstance(value, float) and value.is_integer() else value
