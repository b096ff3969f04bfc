"""`botyard data download|import|list|check`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from botyard.apps import settings
from botyard.apps.cli import console
from botyard.apps.cli.console import say, when

if TYPE_CHECKING:
    from botyard.market.importer import Failed, Imported
    from botyard.records.market import Quality, SeriesInfo

app = typer.Typer(no_args_is_help=True)

_MOST_PLACES = 20  # of one series, unless --all


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="A file, or a folder with everything in it.")],
    symbol: Annotated[str, typer.Option(help="Where the file's name does not say it, such as BTC/USDT.")] = "",
    timeframe: Annotated[str, typer.Option(help="The same for the bar length, such as 5m.")] = "",
    kind: Annotated[str, typer.Option(help="spot or perpetual. Default: what the name says, else spot.")] = "",
    venue: Annotated[str, typer.Option(help="Where the bars come from, such as binance.")] = "",
    point_in_time: Annotated[
        bool,
        typer.Option(help="These are all that were listed when the bars begin, the delisted ones too."),
    ] = False,
    as_json: console.JsonOption = False,
) -> None:
    """Bring in bars: freqtrade feather or JSON, Binance klines (CSV, zip), CSV with a header, Parquet."""
    from botyard.apps.cli.progress import progress
    from botyard.errors import DataError
    from botyard.market import importer, market_folder
    from botyard.records.market import parse_timeframe

    files = importer.collect(path)
    told = importer.Told(
        symbol=symbol,
        timeframe=parse_timeframe(timeframe) if timeframe else "",
        kind=_kind(kind),
        venue=venue,
        is_point_in_time=point_in_time,
    )
    market = market_folder(settings.home(), "imported")
    if len(files) == 1:
        results = importer.import_files(market, files, told)
    else:
        with progress() as bars:
            bars.start("import", len(files))
            results = importer.import_files(market, files, told, lambda _: bars.advance("import"))
            bars.finish("import", f"{len(files)} files read")
    done = [result for result in results if isinstance(result, importer.Imported)]
    failed = [result for result in results if isinstance(result, importer.Failed)]
    if as_json:
        console.print_json({"imported": done, "failed": failed})
    else:
        _show_imported(done)
    if failed:
        raise DataError(_failures(failed))


@app.command("download")
def download(
    symbols: Annotated[list[str], typer.Argument(help="Pairs, such as BTC/USDT ETH/USDT.")],
    timeframe: Annotated[str, typer.Option(help="Bar length, such as 5m.")] = "5m",
    since: Annotated[str, typer.Option(help="First day (UTC), such as 2024-01-01.")] = "2024-01-01",
    venue: Annotated[str, typer.Option(help="The exchange.")] = "binance",
    as_json: console.JsonOption = False,
) -> None:
    """Bring closed bars from an exchange: its archive with checksums, then its candles. Go on by running it again."""
    from botyard.apps.cli.progress import progress
    from botyard.apps.exchanges.downloads import download_all
    from botyard.errors import DataError

    with progress() as bars:
        done, failed = download_all(symbols, timeframe, since, venue, bars)
    if as_json:
        console.print_json({"downloaded": done, "failed": failed})
    else:
        _show_imported([one.imported for one in done])
    if failed:
        raise DataError("; ".join(f"{symbol}: {text}" for symbol, text in failed.items()))


@app.command("list")
def list_(
    market: Annotated[str, typer.Option(help="demo, imported, or auto: imported if there is any.")] = "auto",
    as_json: console.JsonOption = False,
) -> None:
    """List the series of bars there are."""
    import time

    from botyard.market import open_market

    opened = open_market(settings.home(), market, int(time.time() * 1000))
    series = opened.series()
    if as_json:
        console.print_json({"market": opened.name, "feed": opened.feed, "series": series})
        return
    title = "demo market: SYNTHETIC, made-up bars" if opened.name == "demo" else "imported bars"
    console.table(
        title,
        ["symbol", "bars of", "kind", ">bars", "from (UTC)", "until", "withheld from", "venue", "tick", "source"],
        (_series_row(info) for info in series),
    )
    if opened.name == "demo":
        say("bring your own with: botyard data import PATH")


@app.command("check")
def check(
    symbol: Annotated[str, typer.Argument(help="One symbol; default: all.")] = "",
    all_places: Annotated[bool, typer.Option("--all", help="Show every place.")] = False,
    as_json: console.JsonOption = False,
) -> None:
    """Look for gaps, duplicates, NaN, impossible prices and bars without volume, and say where."""
    reports = _reports(symbol)
    if as_json:
        console.print_json(
            [
                {
                    "symbol": info.instrument.symbol,
                    "timeframe": info.timeframe,
                    "served_bars": info.n_bars,
                    "quality": found,
                }
                for info, found in reports
            ]
        )
        return
    console.table(
        "",
        ["symbol", "bars of", ">bars", ">served", "served from (UTC)", "until", "found"],
        (
            (
                info.instrument.symbol, info.timeframe, found.n_bars, info.n_bars,
                when(found.clean_from_ms), when(found.clean_until_ms), _summary(found),
            )
            for info, found in reports
        ),
    )  # fmt: skip
    for info, found in reports:
        _show_places(info, found, len(found.findings) if all_places else _MOST_PLACES)


def _kind(text: str) -> Literal["spot", "perpetual"] | None:
    from botyard.errors import UserError

    if text in ("spot", "perpetual"):
        return text  # type: ignore[return-value] # one of the two
    if text:
        raise UserError(f"--kind {text!r} is not known; choose spot or perpetual")
    return None


def _show_imported(done: "list[Imported]") -> None:
    if not done:
        return
    console.table(
        "",
        ["symbol", "bars of", "kind", ">files", ">bars", ">new", ">served", "served from (UTC)", "until", "found"],
        (
            (
                result.info.instrument.symbol, result.info.timeframe, result.info.instrument.kind, result.files,
                result.quality.n_bars, result.new_bars, result.info.n_bars,
                when(result.quality.clean_from_ms), when(result.quality.clean_until_ms), _summary(result.quality),
            )
            for result in done
        ),
    )  # fmt: skip
    if any(result.info.n_bars < result.quality.n_bars for result in done):
        say("only the longest clean stretch of a series is served, nothing is filled in; places: botyard data check")
    say("tick and lot are read off the bars; fees and least order are assumed")


def _failures(failed: "list[Failed]") -> str:
    if len(failed) == 1:
        return failed[0].text
    lines = "\n".join(f"  {failure.text}" for failure in failed)
    return f"{len(failed)} imports failed:\n{lines}"


def _series_row(info: "SeriesInfo") -> tuple[Any, ...]:
    instrument = info.instrument
    withheld = when(info.research_until_ms) if info.research_until_ms <= info.last_ms else "–"
    return (
        instrument.symbol, info.timeframe, instrument.kind, info.n_bars, when(info.first_ms), when(info.last_ms),
        withheld, instrument.venue, f"{instrument.tick.value:.10g}", info.source,
    )  # fmt: skip


def _reports(symbol: str) -> "list[tuple[SeriesInfo, Quality]]":
    from dataclasses import replace

    from botyard.market import importer, market_folder, open_market, quality, store
    from botyard.records.market import timeframe_minutes

    home = settings.home()
    market = open_market(home, "imported", 0)
    wanted = [info for info in market.series() if not symbol or info.instrument.symbol == market.find(symbol)]
    reports = []
    for info in wanted:
        folder = store.series_folder(market_folder(home, "imported"), info.instrument.symbol, info.timeframe)
        found = quality.check(importer.read_stored(folder), timeframe_minutes(info.timeframe))
        reports.append((info, replace(found, notes=importer.read_quality(folder).notes)))
    return reports


def _summary(found: "Quality") -> str:
    counts: dict[str, int] = {}
    for finding in found.findings:
        counts[finding.kind] = counts.get(finding.kind, 0) + finding.count
    words = [f"{count} {kind.replace('_', ' ')}" for kind, count in counts.items()]
    words += [note.text for note in found.notes]
    return "; ".join(words) or "clean"


def _show_places(info: "SeriesInfo", found: "Quality", most: int) -> None:
    if not found.findings and not found.notes:
        return
    say(f"{info.instrument.symbol} {info.timeframe}", style="bold")
    for finding in (*found.notes, *found.findings)[:most]:
        say(f"  {finding.kind.replace('_', ' '):<15} {finding.text}")
    hidden = len(found.notes) + len(found.findings) - most
    if hidden > 0:
        say(f"  and {hidden} more places; show them with --all")
