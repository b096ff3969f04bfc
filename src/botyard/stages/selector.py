"""Selector: screen every instrument of the market and rank those that suit the idea.

1. Set aside what cannot be traded or ranked at all, each with its reason (`_obstacle`, `_too_short`).
2. Screen the others: one backtest per horizon (search/ranking).
3. Order them; the first three go on to the Researcher.
"""

from pathlib import Path

from botyard.engine.program import Program, load_program
from botyard.errors import DataError, UserError
from botyard.language import CompiledStrategy, compile_spec
from botyard.market import Market
from botyard.ports import Progress
from botyard.records.design import Design
from botyard.records.market import MINUTE_MS, Instrument, timeframe_minutes
from botyard.records.ranking import CandidateList, RankedInstrument, Ranking
from botyard.search import space
from botyard.search.ranking import Candidate, excluded, rank, screen

TASK = "selector"


def run(design: Design, market: Market, progress: Progress, *, cache_dir: Path | None = None) -> Ranking:
    """Rank all candidates of the market; `chosen` is empty where none qualifies.

    cache_dir: where machine code is kept between runs.
    Raises: DataError when the market holds no series.
    """
    instruments = _instruments(market)
    compiled = compile_spec(design.spec)
    program = load_program(compiled, cache_dir)
    bar_ms = timeframe_minutes(design.spec.timeframe) * MINUTE_MS
    progress.start(TASK, len(instruments))
    rows: list[RankedInstrument] = []
    starts: list[int] = []
    ends: list[int] = []
    passes = 0
    for instrument in instruments:
        found = _candidate(program, compiled, market, instrument, len(instruments))
        if isinstance(found, str):
            rows.append(excluded(instrument.symbol, found, synthetic=instrument.synthetic))
        else:
            screening = screen(program, compiled.window_parameters, found)
            rows.append(screening.ranked)
            starts.append(int(found.bars.open_ms[0]))
            ends.append(int(found.bars.open_ms[-1]) + bar_ms)
            passes += screening.passes
        progress.advance(TASK)
    return Ranking(
        candidates=rank(rows),
        horizons=space.horizons(compiled.spec, compiled.window_parameters),
        candidate_list=_candidate_list(market, instruments),
        from_ms=min(starts, default=0),
        until_ms=max(ends, default=0),
        passes=passes,
    )


def _candidate_list(market: Market, instruments: list[Instrument]) -> CandidateList:
    if all(instrument.synthetic for instrument in instruments):
        return "synthetic"
    return "point_in_time" if all(info.is_point_in_time for info in market.series()) else "survivor"


def _instruments(market: Market) -> list[Instrument]:
    by_symbol = {info.instrument.symbol: info.instrument for info in market.series()}
    if not by_symbol:
        raise DataError("the market holds no series; import some bars with `botyard data import PATH`")
    return [by_symbol[symbol] for symbol in sorted(by_symbol)]


def _candidate(
    program: Program, compiled: CompiledStrategy, market: Market, instrument: Instrument, of: int
) -> Candidate | str:
    # the candidate, or why it is none
    reason = _obstacle(compiled, instrument, of)
    if reason:
        return reason
    try:
        bars = market.bars(instrument.symbol, compiled.spec.timeframe)
        candidate = Candidate(instrument.symbol, bars, market.rules(instrument.symbol))
    except UserError as e:
        return str(e)
    return _too_short(program, candidate) or candidate


def _obstacle(compiled: CompiledStrategy, instrument: Instrument, of: int) -> str:
    if compiled.has_shorts and not instrument.has_shorts:
        return (
            "spot has no shorts: import its bars as a perpetual with `botyard data import PATH --kind perpetual`, "
            "or make the idea long only"
        )
    if compiled.uses_absolute_prices and of > 1:
        return "the idea names absolute prices, which cannot be compared between instruments"
    return ""


def _too_short(program: Program, candidate: Candidate) -> str:
    warm_up = int(program.module.warm_up(program.vector()))
    if len(candidate.bars) > warm_up:
        return ""
    return f"too short: {len(candidate.bars)} bars, and the first {warm_up} only fill the strategy's windows"
