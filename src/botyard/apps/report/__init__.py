"""`report.html`: one self-contained file per run, worth sending to a friend."""

import re
from typing import Any

from botyard.pipeline import Result
from botyard.ports import ArtifactStore

REPORT_FILE = "report.html"
CHARTS = ("walk_forward", "null", "permutations", "equity", "drawdown", "price", "trials")


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
        "conditions": words.conditions(result),
        "reasons": words.reasons(result),
        "powers": words.powers(result),
        "figures": words.figures(result),
        "notes": words.notes(result),
        "journals": words.journals(result),
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
            found[name] = inlined(text, name)
    return found


def inlined(svg: str, name: str) -> str:
    """Return an SVG document as part of a page: no prologue, and no id that another picture of the page may have."""
    text = svg[svg.index("<svg") :]
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", text)
    return re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', text)
