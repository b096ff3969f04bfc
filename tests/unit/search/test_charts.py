import dataclasses
import subprocess
import sys
from itertools import pairwise
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest

from botyard.records.research import Curve, Fold, TradeMark
from botyard.records.verdict import Figure, PermutationTest, Verdict
from botyard.search.charts import draw_charts, frame
from botyard.search.study import StudyResult, Trial
from botyard.testing.research_records import METRICS, made_up_research

SVG = "{http://www.w3.org/2000/svg}"
DAY = 86_400_000
START = 1_700_006_400_000


def _study(symbol, values):
    trials = tuple(Trial({"fast": i}, value, value, 0.0, 0.0, 40) for i, value in enumerate(values))
    return StudyResult(symbol, 1, trials, {"fast": 0}, METRICS)


def _curve(*values):
    return Curve(tuple(START + DAY * i for i in range(len(values))), tuple(map(float, values)))


def _trades(count, *, side="long", profit=1.0):
    return tuple(
        TradeMark(START + i * DAY // 4, START + i * DAY // 4 + DAY // 8, 100.0, 101.0, side, profit, "exit")
        for i in range(count)
    )


def _draw(name, studies=(), **changes):
    research = dataclasses.replace(made_up_research(), **changes)
    return ET.fromstring(draw_charts(research, studies)[f"{name}.svg"])


def _title(root):
    return root.find(f"{SVG}title").text


def _texts(root):
    return [text.text for text in root.iter(f"{SVG}text")]


def _part(root, name):
    return next(group for group in root.iter(f"{SVG}g") if group.get("id") == name)


def _points(root, name):
    """Return the (x, y) pairs of a line's path."""
    words = next(_part(root, name).iter(f"{SVG}path")).get("d").replace("M", " ").replace("L", " ").split()
    return list(zip(map(float, words[::2]), map(float, words[1::2]), strict=True))


def _marks(root, name):
    return len(list(_part(root, name).iter(f"{SVG}use")))


@pytest.fixture(scope="module")
def documents():
    studies = [_study("BTC/USDT", [0.1 * i for i in range(20)]), _study("ETH/USDT", [-30.0, 0.5, 0.25])]
    return draw_charts(made_up_research(), studies)


@pytest.fixture(scope="module")
def charts(documents):
    return {name: ET.fromstring(data) for name, data in documents.items()}


def test_there_is_one_well_formed_picture_of_each_kind(charts):
    assert set(charts) == {"equity.svg", "drawdown.svg", "price.svg", "walk_forward.svg", "trials.svg"}
    assert all(root.tag == f"{SVG}svg" for root in charts.values())


def test_each_says_its_finding_as_a_title_and_shows_it(charts):
    titles = {name: _title(root) for name, root in charts.items()}
    assert len(set(titles.values())) == 5
    for name, root in charts.items():
        assert titles[name] in _texts(root)


def test_equal_input_gives_equal_bytes(documents):
    studies = [_study("BTC/USDT", [0.1 * i for i in range(20)]), _study("ETH/USDT", [-30.0, 0.5, 0.25])]
    assert draw_charts(made_up_research(), studies) == documents


def test_a_reader_s_own_settings_of_matplotlib_change_nothing_and_stay_theirs():
    plain = draw_charts(made_up_research(), [])
    with mpl.rc_context(
        {"lines.linewidth": 9, "axes.facecolor": "black", "svg.fonttype": "path", "timezone": "Asia/Tokyo"}
    ):
        assert draw_charts(made_up_research(), []) == plain
        assert mpl.rcParams["axes.facecolor"] == "black"


def test_no_date_version_or_nan_is_written(documents):
    for data in documents.values():
        text = data.decode()
        assert "<dc:date>" not in text
        assert mpl.__version__ not in text
        assert "nan" not in text.lower()


def test_only_drawing_loads_matplotlib():
    code = "import sys; import botyard.search.charts; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_largest_pictures_stay_small():
    n = 600
    research = made_up_research(n)
    rough = Curve(research.equity.times_ms, tuple(10_000.0 + (i * 7919 % 613) * 1.2345 for i in range(n)))
    research = dataclasses.replace(
        research, equity=rough, buy_and_hold=rough, walk_forward_equity=rough, price=rough, trades=_trades(400)
    )
    studies = [_study(f"{name}/USDT", [(i * 31 % 997) / 100 for i in range(1000)]) for name in ("BTC", "ETH", "XRP")]
    documents = draw_charts(research, studies)
    assert all(len(data) <= 150_000 for data in documents.values())
    assert "one in 4 is shown" in documents["trials.svg"].decode()


def test_lines_lie_inside_the_frame_and_have_a_point_per_value(charts):
    for name, part in (
        ("equity", "equity-strategy"),
        ("equity", "equity-holding"),
        ("drawdown", "drawdown-line"),
        ("walk_forward", "walk-forward-tested"),
    ):
        root = charts[f"{name}.svg"]
        points = _points(root, part)
        assert len(points) == (30 if name == "walk_forward" else 60)
        assert all(0 < x < frame.WIDTH and 0 < y < frame.HEIGHT for x, y in points)


def test_equity_says_what_became_of_the_money():
    root = _draw("equity", equity=_curve(10_000, 9_000, 12_500), buy_and_hold=_curve(10_010, 9_500, 9_000))
    assert _title(root) == "In sample the strategy gained 25.0 %; holding lost 10.0 %"
    assert {"12,500 USDT", "9,000 USDT"} <= set(_texts(root))
    (_, first), (_, middle), (_, last) = _points(root, "equity-strategy")
    assert middle > first > last  # a page's y goes down
    assert (first - last) / (middle - first) == pytest.approx(2.5, abs=1e-3)


def test_equity_without_a_line_for_holding():
    assert (
        _title(_draw("equity", buy_and_hold=Curve((), ()), equity=_curve(100, 99)))
        == "In sample the strategy lost 1.0 %"
    )


def test_labels_of_lines_that_end_together_do_not_overlap():
    root = _draw("equity", equity=_curve(10_000, 10_500), buy_and_hold=_curve(10_000, 10_500.4))
    lines = [text for text in root.iter(f"{SVG}text") if text.text in {"strategy", "10,500 USDT", "buy and hold"}]
    heights = sorted(_height(root, line) for line in lines)
    assert len(heights) == 4
    assert min(b - a for a, b in pairwise(heights)) >= 9.5


def _height(root, text):
    place = text.get("transform", "")
    if "translate" in place:
        return float(place.split("translate(")[1].split(")")[0].replace(",", " ").split()[1])
    return float(text.get("y"))


def test_drawdown_is_in_percent_and_marks_the_worst():
    root = _draw("drawdown", drawdown=_curve(0, -0.125, -0.02))
    assert _title(root) == "At its worst, the equity was 12.5 % below its highest"
    assert _marks(root, "drawdown-worst") == 1
    assert {"−12.5 %", "−2.0 %"} <= set(_texts(root))


def test_an_equity_that_never_fell_is_said_so():
    root = _draw("drawdown", drawdown=_curve(0, 0, 0))
    assert _title(root) == "In sample the equity was never below its highest"
    assert "−0 %" not in _texts(root)


def test_walk_forward_says_its_return_and_names_its_folds(charts):
    assert _title(charts["walk_forward.svg"]) == "Walk-forward: gained 25.0 % on bars the search had not seen"
    assert {"1: BTC/USDT", "2.0 %"} <= set(_texts(charts["walk_forward.svg"]))


def test_walk_forward_without_figures():
    nothing = dataclasses.replace(METRICS, net_return=None)
    folds = (Fold(1, START, START + 29 * DAY, "", {}, None, None, None, 0),)
    root = _draw("walk_forward", walk_forward=nothing, folds=folds, walk_forward_equity=_curve(*[10_000] * 30))
    assert _title(root) == "Walk-forward: bars the search had not seen"
    assert "1: no instrument" in _texts(root)


@pytest.mark.parametrize("count", [1, 4, 7, 12, 40])
def test_names_of_folds_fit_between_their_borders(count):
    folds = tuple(
        Fold(i + 1, START + 10 * i * DAY, START + 10 * (i + 1) * DAY, "DEMO-HARBOR/USDT:USDT", {}, 1.0, -1.0, -0.25, 9)
        for i in range(count)
    )
    root = _draw("walk_forward", folds=folds, walk_forward_equity=_curve(*range(100, 100 + 10 * count)))
    names = [
        text for text in _texts(root) if text.split(":")[0] in {str(i + 1) for i in range(count)} and "," not in text
    ]
    room = (frame.WIDTH - frame.LEFT - frame.ROOM_FOR_LABELS) / count
    assert all(len(name) * frame.LETTER * 8.5 <= room for name in names if ":" in name)
    assert ("1: DEMO-HARBOR/USDT:USDT" in names) == (count == 1)


def test_trades_are_marked_where_they_began_and_ended_by_what_they_made(charts):
    root = charts["price.svg"]
    assert _title(root) == "All 2 trades: 1 won, 1 lost"
    assert (_marks(root, "price-won-long"), _marks(root, "price-won-exits")) == (1, 1)
    assert (_marks(root, "price-lost-short"), _marks(root, "price-lost-exits")) == (1, 1)
    assert {"bought", "sold short", "out", "won", "lost"} <= set(_texts(root))


def test_only_as_many_trades_are_drawn_as_can_be_read():
    root = _draw("price", trades=_trades(100, profit=-1.0))
    assert _title(root) == "The last 60 trades: 0 won, 60 lost"
    assert _marks(root, "price-lost-long") == _marks(root, "price-lost-exits") == 60
    assert not {"sold short", "won"} & set(_texts(root))
    xs = [float(use.get("x")) for use in _part(root, "price-lost-exits").iter(f"{SVG}use")]
    assert max(xs) - min(xs) > 0.9 * (frame.WIDTH - frame.LEFT - frame.NO_LABELS)  # zoomed to their time


def test_one_trade_and_none():
    assert _title(_draw("price", trades=_trades(1))) == "The only trade won"
    root = _draw("price", trades=())
    assert _title(root) == "In sample there was no closed trade"
    assert len(_points(root, "price-line")) == 60
    assert "out" not in _texts(root)


def test_every_trial_is_a_mark_and_the_chosen_one_stands_out(charts):
    root = charts["trials.svg"]
    assert _title(root) == "20 trials lifted the score in sample from 0.00 to 1.90"
    assert (_marks(root, "trials-BTC/USDT"), _marks(root, "trials-ETH/USDT")) == (20, 3)
    assert _marks(root, "trials-chosen") == 1
    assert {"chosen: fast 19", "BTC/USDT", "ETH/USDT"} <= set(_texts(root))


def test_a_search_that_found_nothing_better_says_so():
    root = _draw("trials", [_study("BTC/USDT", [1.0, 0.5, None, 0.25])])
    assert _title(root) == "In 3 trials nothing beat the first values: a score of 1.00"
    assert _marks(root, "trials-BTC/USDT") == 3


def test_trials_of_other_instruments_only():
    root = _draw("trials", [_study("ETH/USDT", [1.0, 0.5])])
    assert _title(root) == "What each trial of the search made"


def test_made_up_bars_are_marked_in_every_picture(charts):
    demo = dataclasses.replace(made_up_research(), symbol="DEMO-HARBOR/USDT")
    for data in draw_charts(demo, [_study("DEMO-HARBOR/USDT", [1.0, 2.0])]).values():
        assert "SYNTHETIC BARS" in _texts(ET.fromstring(data))
    assert not any("SYNTHETIC BARS" in _texts(root) for root in charts.values())


def test_what_is_not_there_is_not_drawn():
    none = Curve((), ())
    research = dataclasses.replace(made_up_research(), walk_forward_equity=none)
    assert set(draw_charts(research, [_study("BTC/USDT", [1.0])])) == {"equity.svg", "drawdown.svg", "price.svg"}
    assert draw_charts(dataclasses.replace(research, equity=none, drawdown=none, price=none), []) == {}


@pytest.mark.parametrize("value", [0.0, 10_000.0, 3e-9, 4e13, -5.0])
@pytest.mark.parametrize("n", [1, 2, 60])
def test_a_flat_line_can_be_drawn(value, n):
    flat = _curve(*[value] * n)
    research = dataclasses.replace(
        made_up_research(), equity=flat, buy_and_hold=flat, price=flat, walk_forward_equity=flat, drawdown=flat
    )
    for data in draw_charts(research, [_study("BTC/USDT", [value] * 3)]).values():
        assert _title(ET.fromstring(data))


def test_symbols_are_text_whatever_they_hold():
    root = _draw("equity", symbol="$A<&_$/U$D")
    assert any("$A<&_$/U$D" in text for text in _texts(root))


@pytest.mark.parametrize(
    ("ticks", "texts"),
    [
        ([8_000.0, 10_000.0], ["8,000", "10,000"]),
        ([-2.5, 0.0, 2.5], ["−2.5", "0.0", "2.5"]),
        ([0.00025, 0.0005], ["0.00025", "0.00050"]),
        ([7.0], ["7"]),
    ],
)
def test_ticks_have_the_decimals_they_need(ticks, texts):
    assert [frame.number(t, frame.digits(ticks)) for t in ticks] == texts


@pytest.mark.parametrize(
    ("value", "text"),
    [(9_999.6, "10,000"), (12.345, "12.35"), (0.004, "0.004000"), (-2.5e7, "−25.0 M"), (-0.0, "0.000000")],
)
def test_amounts_are_brief(value, text):
    assert frame.amount(value) == text


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (100.0, 112.0, "gained 12.0 %"),
        (100.0, 88.0, "lost 12.0 %"),
        (100.0, 100.0, "ended where it began"),
        (0.0, 5.0, "came to 5.00"),
    ],
)
def test_a_change_is_said_in_words(first, last, text):
    assert frame.change(first, last) == text


@pytest.mark.parametrize(("symbol", "quote"), [("BTC/USDT", "USDT"), ("BTC/USD:BTC", "USD"), ("BTC", "quote currency")])
def test_the_quote_currency_is_the_unit(symbol, quote):
    assert frame.quote_of(symbol) == quote
    assert frame.base_of(symbol) == "BTC"


@pytest.mark.parametrize(
    ("wanted", "placed"),
    [
        ([50.0, 90.0], [50.0, 90.0]),
        ([50.0, 52.0], [41.0, 61.0]),
        ([99.0, 98.0], [90.0, 70.0]),
        ([0.0, 1.0], [10.0, 30.0]),
        ([], []),
    ],
)
def test_labels_are_pushed_apart_and_kept_inside(wanted, placed):
    assert frame.apart(wanted, 20.0, 100.0) == pytest.approx(placed)


def test_the_null_is_drawn_with_the_result_marked_and_its_share_said():
    figures = {"pooled_t": Figure(1.0, "made up"), "p_pooled": Figure(0.16, "made up")}
    normal = tuple(
        float(q) for q in np.quantile(np.random.default_rng(1).standard_normal(50_000), np.linspace(0, 1, 101))
    )
    verdict = Verdict("fail", "made up", 0.4, figures=figures, null=normal)
    charts = draw_charts(dataclasses.replace(made_up_research(), verdict=verdict), [])
    drawn = charts["null.svg"].decode()
    assert "Without any edge, 16 walk-forwards of 100 do as well as this one" in drawn
    assert "this run: 1.00" in drawn
    assert 'id="null-found"' in drawn
    assert "permutations.svg" not in charts


def test_permuted_searches_are_drawn_with_the_run_among_them():
    test = PermutationTest(
        p=0.25, reached=1, used=7, is_stopped=False, actual=2.0, found=(0.5, 1.0, None, 2.5, 1.5, 0.7, 0.9)
    )
    verdict = Verdict("fail", "made up", 0.4, permutation=test)
    charts = draw_charts(dataclasses.replace(made_up_research(), verdict=verdict), [])
    assert "1 of 7 whole searches on shuffled bars find as much: p = 0.25" in charts["permutations.svg"].decode()
    assert "null.svg" not in charts
