"""`report.html`: one self-contained file per run, worth sending to a friend."""

from typing import Any

from botyard.pipeline import Result
from botyard.ports import ArtifactStore

REPORT_FILE = "report.html"
CHARTS = ("walk_forward", "equity", "drawdown", "price", "trials")


def write_report(result: Result, artifacts: ArtifactStore) -> None:
    """Render everything that the run found into its folder."""
    artifacts.write(REPORT_FILE, render(result, _charts(artifacts)).encode())


def render(result: Result, charts: dict[str, str]) -> str:
    """Return the page; `charts` are SVG documents by name."""
    import jinja2  # heavy: only reports need it

    from botyard import __version__
    from botyard.apps.report import models, words

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("botyard.apps.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(percent=words.percent, figure=words.figure, day=words.day, minute=words.minute)
    page: dict[str, Any] = {
        "result": result,
        "run": result.run,
        "headline": words.headline(result),
        "tone": words.tone(result),
        "cards": words.cards(result),
        "notes": words.notes(result),
        "hashes": words.hashes(result),
        "reader": models.reader(result),
        "tried": models.tried(result),
        "costs": models.costs(result),
        "synthetic": result.run.market == "demo",
        "charts": {name: charts.get(name, "") for name in CHARTS},
        "version": __version__,
    }
    return environment.get_template("page.html.j2").render(page)


def _charts(artifacts: ArtifactStore) -> dict[str, str]:
    found = {}
    for name in CHARTS:
        if artifacts.exists(f"charts/{name}.svg"):
            text = artifacts.read(f"charts/{name}.svg").decode()
            found[name] = text[text.index("<svg") :]  # inline: without the XML prologue
    return found
