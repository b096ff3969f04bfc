"""The sentences: one per rule."""

from botyard.language.words.phrases import SIGNALS, bar_length, percent
from botyard.language.words.speaker import Speaker
from botyard.records.spec import Number, Spec, Transition


def describe(spec: Spec) -> tuple[str, ...]:
    """Say what the spec does, one sentence per rule.

    Raises: SpecError when one of its expressions cannot be read.
    """
    speaker = Speaker(spec)
    sentences = [f"Decides at the close of every {bar_length(spec.timeframe)} bar; clock in {spec.timezone}."]
    sentences += [_series(speaker, name) for name in spec.series if name not in speaker.short]
    sentences += [_transition(speaker, t, index) for index, t in enumerate(spec.state_machine.transitions)]
    sentences += [_sizing(speaker), *_limits(spec), *_parameters(spec)]
    return tuple(sentences)


def _series(speaker: Speaker, name: str) -> str:
    return f"{name} {'holds when' if name in speaker.conditions else 'is'} {speaker.define(name)}."


def _transition(speaker: Speaker, transition: Transition, index: int) -> str:
    spec = speaker.spec
    place = f"transitions[{index}]"
    text = speaker.text(transition.expression, f"{place}.{transition.kind}")
    start = f"While {' or '.join(_state(name) for name in transition.source)}"
    if transition.kind == "when":
        return f"{start}: {_decision(spec, transition)} when {text}{_to(speaker, transition)}."
    what = _order(transition)
    trail = ", moved only in the position's favour" if transition.ratchet else ""
    guard = "" if transition.guard is None else f", only while {speaker.text(transition.guard, f'{place}.if')}"
    return f"{start}: {what} {text}{trail}{guard}{_to(speaker, transition)}."


def _decision(spec: Spec, transition: Transition) -> str:
    if transition.source == (transition.target,) and not transition.rebalance:
        return "start the state anew"
    if not _trades(spec, transition):
        return f"go over to {_state(transition.target)}, without an order,"
    return f"{SIGNALS.get(transition.signal, 'trade')} at the next open"


def _order(transition: Transition) -> str:
    if transition.kind == "stop":
        if transition.signal == "stop":
            return "a stop order rests at"
        return f"{SIGNALS.get(transition.signal, 'trade')} by a stop order at"
    if transition.signal == "target":
        return "take the profit by a limit order at"
    return f"{SIGNALS.get(transition.signal, 'trade')} by a limit order at"


def _trades(spec: Spec, transition: Transition) -> bool:
    states = spec.state_machine.states
    return transition.rebalance or any(states.get(name) != states.get(transition.target) for name in transition.source)


def _state(name: str) -> str:
    return name.replace("_", " ")


def _to(speaker: Speaker, transition: Transition) -> str:
    exposure = speaker.spec.state_machine.states[transition.target]
    if exposure in (0, 1, -1) or not _trades(speaker.spec, transition):
        return ""
    if isinstance(exposure, str):
        return f", to hold a share of the full position: {speaker.text(exposure, 'state_machine.states')}"
    return f", to hold {percent(abs(exposure))} of the full position"


def _sizing(speaker: Speaker) -> str:
    sizing = speaker.spec.sizing
    limit = "the equity" if sizing.max_leverage == 1 else f"{sizing.max_leverage:g} times the equity"
    caps = [f"never worth more than {limit}"]
    if sizing.type == "fraction" and sizing.of_equity is not None:
        share = sizing.of_equity
        text = "Each position is worth " + ("the whole equity" if share == 1 else _of_equity(speaker, share))
        caps = [] if not isinstance(share, str) and share <= sizing.max_leverage else caps
    elif sizing.type == "quote" and sizing.amount is not None:
        text = f"Each position is worth {_number(speaker, sizing.amount)} in quote currency"
    elif sizing.type == "units" and sizing.quantity is not None:
        text = f"Each position is {_number(speaker, sizing.quantity)} units"
    else:
        text = f"Each position is sized to lose {_of_equity(speaker, sizing.per_trade or 0)} at its stop"
    if sizing.max_quote is not None:
        caps.append(f"at most {sizing.max_quote:g} in quote currency")
    return f"{', '.join([text, *caps])}."


def _of_equity(speaker: Speaker, share: Number) -> str:
    if isinstance(share, str):
        return f"a share of the equity that is {_number(speaker, share)}"
    return f"{percent(share)} of the equity"


def _number(speaker: Speaker, value: Number) -> str:
    return speaker.text(value, "sizing") if isinstance(value, str) else f"{value:g}"


def _limits(spec: Spec) -> list[str]:
    limits = spec.limits
    losses, trades = limits.max_losses_per_day, limits.max_trades_per_day
    said = [
        (losses, f"No more entries on a day with {losses} {'loss' if losses == 1 else 'losses'}."),
        (limits.max_daily_loss, f"No more entries on a day that has lost {percent(limits.max_daily_loss or 0)}."),
        (limits.max_drawdown, f"No more entries after a drawdown of {percent(limits.max_drawdown or 0)}."),
        (trades, f"At most {trades} {'trade' if trades == 1 else 'trades'} a day."),
    ]
    return [sentence for value, sentence in said if value is not None]


def _parameters(spec: Spec) -> list[str]:
    tuned = [
        f"{name} {parameter.default:g} ({parameter.low:g} to {parameter.high:g})"
        for name, parameter in spec.parameters.items()
        if parameter.low is not None and parameter.high is not None and not parameter.fixed
    ]
    return [f"To be tuned: {', '.join(tuned)}."] if tuned else []
