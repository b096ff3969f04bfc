"""The chat's sentences. What a run found is said in the report's words."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botyard.apps.report import words as report_words

if TYPE_CHECKING:
    from botyard.bot.earnings import Profit
    from botyard.bot.folds import Standing
    from botyard.pipeline import Result
    from botyard.records.run import RunRecord

COMMANDS = (
    ("pipeline", 'an idea to a bot: /pipeline "fast ema crosses slow ema" 5'),
    ("runs", "the last runs"),
    ("fleet", "all bots"),
    ("bot", "one bot: its last decisions and why"),
    ("pnl", "what a bot earned, with a picture"),
    ("pause", "no more entries; exits and stops go on"),
    ("resume", "trade again"),
    ("kill", "end a bot for good, after you confirm"),
    ("promote", "what a bot still needs for a mainnet"),
    ("help", "this list"),
)
HELP = "Write an idea in plain words, or:\n" + "\n".join(f"/{name} – {what}" for name, what in COMMANDS)
MOST_RUNS = 10


def when(time_ms: int) -> str:
    """Write a UTC time."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def money(value: float | None, *, signed: bool = False) -> str:
    """Write an amount of quote."""
    if value is None:
        return "–"
    value = round(value, 2) + 0.0  # no negative zero
    return f"{value:+,.2f}" if signed else f"{value:,.2f}"


def runs(records: "list[RunRecord]") -> str:
    """List the newest runs, newest first."""
    if not records:
        return "No runs yet. Write an idea in plain words."
    lines = [f"{r.run_id}: {r.text or _far(r)} ({when(r.created_ms)})" for r in reversed(records[-MOST_RUNS:])]
    return "\n".join(lines)


def _far(record: "RunRecord") -> str:
    done = f", {record.stages[-1].name} done" if record.outcome == "running" and record.stages else ""
    return record.outcome + done


def fleet(standings: "list[Standing]") -> str:
    """One line per bot."""
    return "\n".join(
        f"{one.bot}  {one.status}  {_position(one.position)}  {money(one.profit, signed=True)}" for one in standings
    )


def profit(earned: "Profit") -> str:
    """Say what a bot earned."""
    if earned.from_ms is None or earned.until_ms is None:
        return f"{earned.bot} has seen no live bar yet; its allocation is {money(earned.allocated)}."
    label = " on SYNTHETIC bars" if earned.synthetic else ""
    cost = "" if earned.execution_cost is None else f"; execution cost {money(earned.execution_cost)}"
    return (
        f"{earned.bot} on {earned.symbol}{label}, {when(earned.from_ms)} to {when(earned.until_ms)} UTC\n"
        f"equity {money(earned.equity)}, profit {money(earned.profit, signed=True)} "
        f"({report_words.percent(earned.return_frac, 2)}), drawdown {report_words.percent(earned.max_drawdown, 2)}\n"
        f"{earned.trades} trades, {earned.wins} won; fees {money(earned.fees)}{cost}"
    )


def ended(result: "Result") -> str:
    """Say how a run ended: the verdict first, then what to do next."""
    run = result.run
    if result.clarification:
        return f"{run.run_id}: before this can be built, choose or say the idea again with the answers in it."
    if result.refusal:
        instead = f"\nInstead: {result.refusal.offer}" if result.refusal.offer else ""
        return f"{run.run_id}: refused. {result.refusal.text}{instead}"
    parts = [f"{run.run_id}: {report_words.headline(result)}"]
    if result.research is not None:
        parts += [f"· {reason}" for reason in result.research.verdict.reasons]
    if result.deployment is not None:
        bot = result.deployment.bot
        parts.append(f"{run.text}. Next: /bot {bot} · /pnl {bot} · /fleet")
    if result.usage:
        tokens = sum(used.input_tokens + used.output_tokens for used in result.usage)
        cost, seconds = sum(u.cost_usd for u in result.usage), sum(u.seconds for u in result.usage)
        parts.append(f"The language model: {tokens:,} tokens, ${cost:.4f}, {seconds:.0f} s.")
    return "\n".join(parts)


def _position(value: float | None) -> str:
    if value is None:
        return "?"
    return "flat" if value == 0.0 else f"{value:+.6g}"
