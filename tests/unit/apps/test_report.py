"""The report says what the records say, stands alone, and takes no text for markup."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest

from botyard.apps.report import inlined, render, words
from botyard.pipeline import Result
from botyard.records.deployment import ContractReport, ContractTest, Deployment, Plan
from botyard.records.design import Clarification, Design, Question, Refusal, SmokeTest
from botyard.records.ranking import RankedInstrument, Ranking
from botyard.records.run import RunRecord
from botyard.records.verdict import Verdict
from botyard.testing.research_records import SPEC, made_up_research

RUN = RunRecord(
    "3-ema", "fast ema <b>crosses</b> slow ema", "1h", "demo", 1, 200, 1_700_000_000_000, "deployed", "done"
)
DESIGN = Design(
    SPEC, "a" * 64, "def on_bar(): ...", "", (SmokeTest("fires", True),), ("Buys high.",), ("bar length 1h",)
)
RANKING = Ranking(
    (
        RankedInstrument("BTC/USDT", 1, 1.25, 0.1, 0.9, -0.2, 55, 0.4),
        RankedInstrument("DOGE/USDT", None, None, None, None, None, 3, None, "too few trades: 3"),
    ),
    (1.0,), "survivor", 1_700_000_000_000, 1_710_000_000_000, 18,
)  # fmt: skip
DEPLOYMENT = Deployment(
    "ema-btc-1", "3-ema", "BTC/USDT", "paper", "paper", "s" * 64, "c" * 64, "b" * 64, "d" * 64,
    ContractReport("b" * 64, 5000, {"enter_long": 4}, (ContractTest("signals", True, "5000 bars equal"),)),
    Plan("ema-btc-1", ()), "stay flat",
)  # fmt: skip


class Shape(HTMLParser):
    """Checks that every element is closed, and collects what is read."""

    def __init__(self):
        super().__init__()
        self.open, self.text = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.text.append(data)


def read(result, charts=None):
    page = render(result, charts or {})
    shape = Shape()
    shape.feed(page)
    assert shape.open == []
    return page, " ".join(" ".join(shape.text).split())


def whole():
    return Result(RUN, DESIGN, RANKING, made_up_research(), DEPLOYMENT)


def test_everything_found_is_in_the_report():
    page, text = read(whole(), {"walk_forward": "<svg><g></g></svg>"})
    for said in (
        "Not assessed: made up.", "Buys high.", "the slow period is 48", "bar length 1h", "too few trades: 3",
        "ema-btc-1", "5000 bars equal", "SYNTHETIC", "+25.0 %", "−12.0 %", "bundle bbbbbbbbbbbb",
    ):  # fmt: skip
        assert said in text
    assert page.count("<svg>") == 1


def test_the_idea_is_shown_literally():
    page, text = read(whole())
    assert "fast ema <b>crosses</b> slow ema" in text
    assert "<b>crosses" not in page


def test_nothing_is_loaded_from_elsewhere():
    page, _ = read(whole())
    assert re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?(?!#|data:)\w", page) == []


def test_the_headline_is_the_verdicts_sentence():
    research = dataclasses.replace(made_up_research(), verdict=Verdict("fail", "Luck explains it.", 0.1, ("DSR 0.2",)))
    result = dataclasses.replace(whole(), research=research)
    assert words.headline(result) == "Luck explains it."
    assert words.tone(result) == "bad"
    assert words.reasons(result) == ("DSR 0.2",)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (
            Result(
                dataclasses.replace(RUN, outcome="clarification", text="1 question"),
                clarification=Clarification("x", (Question("dip", "What is a dip?", ("RSI(14) below 30",)),)),
            ),
            ["What is a dip?", "RSI(14) below 30"],
        ),
        (
            Result(
                dataclasses.replace(RUN, outcome="refused", text="no"),
                refusal=Refusal("x", "look_ahead", "Prices of tomorrow are not known.", "Use yesterday's."),
            ),
            ["Prices of tomorrow", "Use yesterday"],
        ),
        (
            Result(dataclasses.replace(RUN, outcome="no_instrument", text="none qualifies"), DESIGN, RANKING),
            ["none qualifies", "too few trades: 3"],
        ),
    ],
)
def test_runs_that_end_early_say_why(result, said):
    _, text = read(result)
    for part in said:
        assert part in text


def test_undefined_figures_are_dashes():
    assert words.percent(None) == words.figure(None) == "–"
    assert words.percent(-0.5) == "−50.0 %"


def test_pictures_on_one_page_share_no_id():
    svg = '<?xml version="1.0"?>\n<svg><defs><clipPath id="p1"/></defs><g clip-path="url(#p1)"/><use xlink:href="#p1"/></svg>'
    pages = [inlined(svg, name) for name in ("null", "equity")]
    ids = [found for page in pages for found in re.findall(r'\bid="([^"]+)"', page)]
    assert ids == ["null-p1", "equity-p1"]
    assert "url(#null-p1)" in pages[0]
    assert 'href="#equity-p1"' in pages[1]
    assert not pages[0].startswith("<?xml")
