"""Deployer -> fleet: the plan, what the contract tests said, and the deployment."""

from dataclasses import dataclass
from typing import Literal

from botyard.records.market import TradingRules


@dataclass(frozen=True, slots=True)
class KillRule:
    """A CUSUM on daily returns against what the walk-forward promised, and two caps on losses.

    Each day ends with c = max(0, c + k - return / volatility); c above h is an alarm. Without a promise that could be
    missed there is no CUSUM: volatility, k and h are None then, and `text` says why.
    """

    text: str  # the rule in one sentence
    expected_sharpe: float | None = None  # annual, of the walk-forward
    volatility: float | None = None  # of the walk-forward's daily returns, a fraction
    k: float | None = None  # half of the walk-forward's daily Sharpe
    h: float | None = None  # in daily volatilities
    false_alarm_days: float = 730.0  # mean time to an alarm while the promise is kept
    days: int = 0  # of the walk-forward that it was computed from
    max_loss_frac: float = 0.10  # of the allocation
    max_daily_loss_frac: float = 0.03  # of the equity at the day's begin


_HEADINGS = {"does": "What it will do", "compared": "Compared with the idea", "risks": "What can go wrong"}


@dataclass(frozen=True, slots=True)
class BundleSettings:
    """`bot.json`: what a bundle knows besides its code. The same for every bot made from it."""

    name: str  # of the spec
    symbol: str
    timeframe: str
    timezone: str
    market: str  # whose stored bars it reads: "demo" or "imported"
    feed: Literal["live", "stored"]
    parameter_names: tuple[str, ...]
    parameters: tuple[float, ...]  # the vector p, in the order of PARAMETERS
    rules: TradingRules
    seed_bars: int  # bars that it is fed before its first decision is traded
    spec_hash: str
    code_hash: str
    schema: int = 1
    verdict_hash: str = ""  # of the research's verdict; a promotion is granted for it
    kill_rule: KillRule | None = None


@dataclass(frozen=True, slots=True)
class ContractTest:
    """One contract test of a bundle, run on the unpacked zip in a fresh isolated interpreter."""

    name: str
    passed: bool
    text: str


@dataclass(frozen=True, slots=True)
class ContractReport:
    """All contract tests of a bundle."""

    bundle_hash: str
    bars: int  # golden bars compared
    fired: dict[str, int]  # signal of each transition -> times it fired
    tests: tuple[ContractTest, ...]

    @property
    def passed(self) -> bool:
        """Whether the bundle may be deployed."""
        return bool(self.tests) and all(t.passed for t in self.tests)


@dataclass(frozen=True, slots=True)
class Action:
    """One call that a plan would make."""

    kind: Literal["unpack_bundle", "put_bundle", "change_stack", "register_bot", "open_account", "first_tick"]
    target: str
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying will do, in order; printing it changes nothing."""

    bot: str
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of a review that the spec's facts bear out."""

    part: Literal["does", "compared", "risks"]
    text: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """One sentence of a review that they do not, and why."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Review:
    """What a model says about the bot before it is deployed, held against the facts."""

    model: str
    spec_hash: str
    statements: tuple[Statement, ...]
    dropped: tuple[Dropped, ...]
    tries: int
    stopped: str  # why it ended without a whole answer, or ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The review, and what of it was dropped, for people."""
        head = f"Review by {self.model}, held against the spec's facts:"
        if self.stopped and not self.statements:
            return (head, f"  there is none: {self.stopped}")
        lines = [head]
        for part, heading in _HEADINGS.items():
            texts = [s.text for s in self.statements if s.part == part]
            lines += [f"  {heading}:", *(f"  - {text}" for text in texts)] if texts else []
        if self.dropped:
            lines.append(f"  {len(self.dropped)} sentence(s) dropped: the facts do not bear them out")
            lines += [f"  - {d.why}" for d in self.dropped]
        return tuple(lines)


@dataclass(frozen=True, slots=True)
class CodeWork:
    """What came of letting a model write the bot's strategy."""

    model: str
    spec_hash: str
    ships: Literal["model", "generator"]
    why: str
    tries: tuple[str, ...] = ()  # what was wrong with each try
    source: str = ""  # the model's, where it ships

    @property
    def line(self) -> str:
        """Which strategy ships, and why."""
        which = f"the one that {self.model} wrote" if self.ships == "model" else "the generator's"
        return f"Code that ships: {which}; {self.why.splitlines()[0]}"


@dataclass(frozen=True, slots=True)
class Deployment:
    """A bot that went live, traceable to its run."""

    bot: str
    run_id: str
    symbol: str
    venue: str
    mode: Literal["paper", "testnet", "mainnet"]
    spec_hash: str
    code_hash: str
    bundle_hash: str
    deployment_hash: str
    contract: ContractReport
    plan: Plan
    first_tick: str  # what the first tick decided, in words
    kill_rule: str = ""  # the one in the bundle, in a sentence
    by: str = "deterministic"  # or the model that wrote the strategy
    review: Review | None = None  # where there is a model
    code: CodeWork | None = None  # where a model was asked to write the strategy
