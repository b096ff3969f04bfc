"""Ordinary strategies as a model writes them: each must pass the gate and decide as worked out by hand."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ordinary:
    """A strategy, closes to decide over, and what it must decide; `parameters` have the name n where it needs one."""

    name: str
    body: str
    closes: tuple[float, ...]
    wanted: tuple[object, ...]
    before: str = ""
    n: float = 2

    @property
    def source(self) -> str:
        """The whole module."""
        lines = "\n".join("    " + line for line in self.body.strip("\n").split("\n"))
        return f'"""{self.name}."""\n{self.before}\n\ndef decide(memory, bar, parameters):\n{lines}\n'


ORDINARY = (
    Ordinary("always long", "return 1.0", (1.0, 2.0), (1.0, 1.0)),
    Ordinary("above a level", 'return "long" if bar["close"] > 10 else "flat"', (9.0, 10.0, 11.0), ("flat", "flat", "long")),
    Ordinary(
        "mean of the last n closes",
        """
closes = memory.get("closes", [])
closes.append(bar["close"])
memory["closes"] = closes[-int(parameters["n"]):]
if len(memory["closes"]) < parameters["n"]:
    return None
return sum(memory["closes"]) / parameters["n"]
""",
        (1.0, 3.0, 5.0, 9.0),
        (None, 2.0, 4.0, 7.0),
    ),
    Ordinary(
        "exponential average",
        """
last = memory.get("average")
if last is None:
    memory["average"] = bar["close"]
else:
    memory["average"] = last + (bar["close"] - last) * 2 / (parameters["n"] + 1)
return memory["average"]
""",
        (4.0, 8.0, 2.0),
        (4.0, 6.0, 4.0),
        n=3,
    ),
    Ordinary(
        "cross of two averages",
        """
fast = average(memory, "fast", bar["close"], 1)
slow = average(memory, "slow", bar["close"], 3)
above = fast > slow
was = memory.get("above")
memory["above"] = above
if was is None or above == was:
    return None
return {"target": 1.0 if above else 0.0}
""",
        (4.0, 8.0, 9.0, 2.0, 1.0),
        (None, {"target": 1.0}, None, {"target": 0.0}, None),
        before="""
def average(memory, name, value, length):
    last = memory.get(name, value)
    memory[name] = last + (value - last) * 2 / (length + 1)
    return memory[name]
""",
    ),
    Ordinary(
        "highest close before this one",
        """
seen = memory.setdefault("seen", [])
signal = None
if len(seen) >= parameters["n"] and bar["close"] > max(seen[-int(parameters["n"]):]):
    signal = "enter_long"
seen.append(bar["close"])
return signal
""",
        (3.0, 2.0, 4.0, 4.0, 5.0),
        (None, None, "enter_long", None, "enter_long"),
    ),
    Ordinary(
        "rises in a row",
        """
last = memory.get("last", inf)
memory["run"] = memory.get("run", 0) + 1 if bar["close"] > last else 0
memory["last"] = bar["close"]
return memory["run"]
""",
        (1.0, 2.0, 3.0, 1.0, 4.0),
        (0, 1, 2, 0, 1),
    ),
    Ordinary(
        "standard deviation",
        """
window = memory.get("window", []) + [bar["close"]]
memory["window"] = window[-3:]
if len(window) < 3:
    return None
mean = sum(memory["window"]) / 3
return sqrt(sum((x - mean) ** 2 for x in memory["window"]) / 3)
""",
        (2.0, 2.0, 2.0, 8.0),
        (None, None, 0.0, 2.8284271247461903),  # the root of 8
    ),
    Ordinary(
        "relative strength",
        """
change = bar["close"] - memory.get("last", bar["close"])
memory["last"] = bar["close"]
memory["gains"] = memory.get("gains", 0.0) + max(change, 0.0)
memory["losses"] = memory.get("losses", 0.0) + max(-change, 0.0)
total = memory["gains"] + memory["losses"]
return 100 * memory["gains"] / total if total > 0 else None
""",
        (10.0, 13.0, 12.0, 12.0),
        (None, 100.0, 75.0, 75.0),
    ),
    Ordinary(
        "true range",
        """
before = memory.get("close")
memory["close"] = bar["close"]
spread = bar["high"] - bar["low"]
if before is None:
    return spread
return max(spread, abs(bar["high"] - before), abs(bar["low"] - before))
""",
        (10.0, 14.0, 13.0),
        (0.0, 4.0, 1.0),
    ),
    Ordinary(
        "stop below the entry",
        """
if bar["close"] > 11 and not memory.get("entry"):
    memory["entry"] = bar["close"]
    return {"target": 1.0, "stop": bar["close"] * 0.5}
if memory.get("entry") and bar["close"] < memory["entry"] * 0.5:
    memory.pop("entry")
    return {"target": 0.0}
return None
""",
        (10.0, 12.0, 7.0, 5.0),
        (None, {"target": 1.0, "stop": 6.0}, None, {"target": 0.0}),
    ),
    Ordinary(
        "trailing stop that only rises",
        """
level = max(memory.get("level", -inf), bar["close"] - parameters["n"])
memory["level"] = level
return level
""",
        (10.0, 12.0, 11.0, 15.0),
        (8.0, 10.0, 10.0, 13.0),
    ),
    Ordinary(
        "logarithmic return",
        """
last = memory.get("last")
memory["last"] = bar["close"]
if last is None or last <= 0:
    return None
return round(exp(log(bar["close"] / last)) - 1, 6)
""",
        (8.0, 10.0, 5.0),
        (None, 0.25, -0.5),
    ),
    Ordinary(
        "states by name",
        """
state = memory.get("state", "flat")
for source, target, level in RULES:
    if state == source and bar["close"] >= level:
        memory["state"] = target
        return target
return None
""",
        (1.0, 5.0, 5.0, 20.0),
        (None, "half", None, "full"),
        before='RULES = (("flat", "half", 5), ("half", "full", 10))\n',
    ),
    Ordinary(
        "count of closes above their mean",
        """
seen = memory.setdefault("seen", [])
seen.append(bar["close"])
mean = sum(seen) / len(seen)
return len([x for x in seen if x > mean])
""",
        (1.0, 3.0, 5.0, 7.0),
        (0, 1, 1, 2),
    ),
    Ordinary(
        "weighted mean with a bounded loop",
        """
seen = memory.get("seen", [])[-2:]
seen.append(bar["close"])
memory["seen"] = seen
total = 0.0
for i in range(3):
    if i >= len(seen):
        break
    total += seen[i] * (i + 1)
return total
""",
        (1.0, 2.0, 3.0, 4.0),
        (1.0, 5.0, 14.0, 20.0),
    ),
    Ordinary(
        "unknown is not above",
        """
level = memory.get("level", nan)
memory["level"] = bar["close"]
return "up" if bar["close"] > level else "no" if isnan(level) else "down"
""",
        (1.0, 2.0, 1.0),
        ("no", "up", "down"),
    ),
    Ordinary(
        "weekday and hour",
        """
minute = bar.get("minute_of_day", 0)
if bar.get("weekday", 0) > 4 or not 10 <= minute < 20:
    return None
return f"open at {minute // 60}:{minute % 60}"
""",
        (1.0, 1.0, 1.0, 1.0, 1.0),
        (None, None, "open at 0:10", "open at 0:15", None),
    ),
)  # fmt: skip


def bars(closes: tuple[float, ...]) -> list[dict[str, float]]:
    """Five-minute bars of a Monday through the closes; each opens at its close, with no range."""
    return [
        {"open": c, "high": c, "low": c, "close": c, "volume": 1.0, "minute_of_day": 5 * i, "weekday": 0}
        for i, c in enumerate(closes)
    ]
