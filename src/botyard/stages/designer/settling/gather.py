"""First pass over the clauses: which numbers, averages, bands and bar lengths the idea states anywhere."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from botyard.stages.designer.meaning.acts import Bare, Clause, Lengths
from botyard.stages.designer.meaning.kinds import AVERAGES, KINDS, family
from botyard.stages.designer.meaning.values import Compare, Cross, Measure, PairCross
from botyard.stages.designer.settling.plan import ask


def parts(value: Any) -> Iterator[Any]:
    """Every meaning inside a value, itself included, in the order of the idea."""
    yield value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from parts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from parts(item)


def measures(clauses: tuple[Clause, ...]) -> list[Measure]:
    """Every measure of the idea, in order."""
    return [m for m in parts(clauses) if isinstance(m, Measure)]


def change(value: Any, swap: Any) -> Any:
    """Give the same value with every measure put through `swap`."""
    if isinstance(value, tuple):
        return tuple(change(item, swap) for item in value)
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    fields = {f.name: change(getattr(value, f.name), swap) for f in dataclasses.fields(value)}
    made = dataclasses.replace(value, **fields)
    return swap(made) if isinstance(made, Measure) else made


def spread_lengths(clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """Give numbers that stand apart, "(12,26,9)", to the measure that was named without."""
    for clause in clauses:
        if isinstance(clause, Lengths):
            clauses = _give(tuple(c for c in clauses if c is not clause), clause.values)
    return clauses


def _give(clauses: tuple[Clause, ...], values: tuple[float, ...]) -> tuple[Clause, ...]:
    open_measures = [m for m in measures(clauses) if not m.lengths]
    families = {family(m.kind) for m in open_measures if m.kind in KINDS and m.kind not in AVERAGES}
    fitting = [
        f for f in sorted(families) if any(len(k.names) == len(values) for n, k in KINDS.items() if family(n) == f)
    ]
    pair = len(values) == 2 and any(m.kind in (*AVERAGES, "ma") and m.role for m in open_measures)
    if len(fitting) + pair != 1:
        said = ", ".join(f"{v:g}" for v in values)
        raise ask(said, f"What do the numbers {said} belong to?")
    if pair:
        roles = {"fast": min(values), "slow": max(values)}

        def average(m: Measure) -> Measure:
            fits = not m.lengths and m.role and m.kind in (*AVERAGES, "ma")
            return dataclasses.replace(m, lengths=(roles[m.role],)) if fits else m

        return change(clauses, average)  # type: ignore[no-any-return] # the shape stays

    def other(m: Measure) -> Measure:
        return dataclasses.replace(m, lengths=values) if not m.lengths and family(m.kind) == fitting[0] else m

    return change(clauses, other)  # type: ignore[no-any-return] # the shape stays


def given_numbers(clauses: tuple[Clause, ...]) -> dict[str, list[tuple[float | None, ...]]]:
    """Give the numbers that the idea states for each family of measures, each once."""
    given: dict[str, list[tuple[float | None, ...]]] = {}
    for m in measures(clauses):
        known = given.setdefault(family(m.kind), [])
        if m.lengths and m.lengths not in known and m.source is None:
            known.append(m.lengths)
    return given


def average_kind(clauses: tuple[Clause, ...]) -> str:
    """Give the kind of average that the idea names, or "ma"."""
    kinds = list(dict.fromkeys(m.kind for m in measures(clauses) if m.kind in AVERAGES and m.source is None))
    return kinds[0] if len(kinds) == 1 else "ma"


def band_families(clauses: tuple[Clause, ...]) -> list[str]:
    """Give the families of bands that the idea names, each once."""
    named = [family(m.kind) for m in measures(clauses) if family(m.kind) in ("bb", "kc", "dc")]
    return list(dict.fromkeys(named))


def average_roles(clauses: tuple[Clause, ...]) -> dict[str, tuple[float, ...]]:
    """Which lengths "fast" and "slow" stand for."""
    roles: dict[str, tuple[float, ...]] = {}
    for m in measures(clauses):
        if m.role and m.lengths and all(n is not None for n in m.lengths):
            roles.setdefault(m.role, tuple(float(n) for n in m.lengths if n is not None))
    if roles:
        return roles
    for value in parts(clauses):
        pair = _two_averages(value)
        if pair:
            return {"fast": (min(pair),), "slow": (max(pair),)}
    return {}


def _two_averages(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, Cross | Compare):
        return None
    left, right = value.left, value.right
    if not (isinstance(left, Measure) and isinstance(right, Measure) and left.lengths and right.lengths):
        return None
    first, second = left.lengths[0], right.lengths[0]
    if left.kind not in (*AVERAGES, "ma") or first is None or second is None or first == second:
        return None
    return first, second


def define_named_cross(clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """Let "golden cross: 50 sma over 200 sma" say which averages the golden and the death cross are of."""
    named = [p for p in parts(clauses) if isinstance(p, PairCross) and p.fast.kind == "golden"]
    if not named:
        return clauses
    definitions = [
        c for c in clauses if isinstance(c, Bare) and isinstance(c.when, Compare | Cross) and _two_averages(c.when)
    ]
    if len(definitions) != 1:
        return clauses
    when = definitions[0].when
    if (
        not isinstance(when, Compare | Cross)
        or not isinstance(when.left, Measure)
        or not isinstance(when.right, Measure)
    ):
        return clauses
    fast, slow = when.left, when.right
    way = when.way if isinstance(when, Cross) else "up" if when.op in (">", ">=") else "down"
    if way is not None and way != named[0].way:
        raise ask(
            "the cross", "A golden cross is the fast average above the slow one. Which way is meant?", "above", "below"
        )
    kept = tuple(c for c in clauses if c is not definitions[0])

    def swap(m: Measure) -> Measure:
        if m.kind != "golden":
            return m
        return dataclasses.replace(fast if m.role == "fast" else slow, role=m.role)

    return change(kept, swap)  # type: ignore[no-any-return] # the shape stays
