"""Whatever fills come, in whatever pieces and with whatever fees: money and lots add up to the last digit."""

from decimal import Decimal, localcontext
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from botyard.bot.ledger import load_ledger, new_ledger
from botyard.records.fleet import Entry
from botyard.records.market import Instrument, Step

GRIDS = st.sampled_from([Step(1, 1), Step(1, 100), Step(5, 10), Step(1, 100_000_000), Step(25, 1000)])
FILLS = st.lists(
    st.tuples(
        st.sampled_from(["buy", "sell"]),
        st.integers(1, 10**12),
        st.integers(1, 10**9),
        st.decimals(-1000, 1000, places=12, allow_nan=False),
    ),
    max_size=60,
)


@given(tick=GRIDS, lot=GRIDS, fills=FILLS, allocated=st.integers(1, 10**9), cut=st.integers(0, 60))
def test_cash_and_position_are_the_sum_of_the_fills(tick, lot, fills, allocated, cut):
    instrument = Instrument("A/B", "x", "A", "B", "perpetual", tick, lot, 0.0)
    ledger = new_ledger(float(allocated), instrument)
    lots, cash = 0, Fraction(allocated)
    for number, (side, size, ticks, fee) in enumerate(fills):
        data = {"trade_id": str(number), "client_id": "", "side": side, "lots": size, "ticks": ticks, "fee": str(fee)}
        ledger.apply(Entry("fill", 0, 0, data))
        if number == cut:
            ledger = load_ledger(ledger.dump())
        signed = size if side == "buy" else -size
        lots += signed
        cash -= signed * ticks * Fraction(tick.numerator, tick.denominator) * Fraction(lot.numerator, lot.denominator)
        cash -= Fraction(fee)
    assert ledger.lots == lots
    assert Fraction(ledger.cash) == cash
    with localcontext() as exact:
        exact.prec = 60
        assert ledger.equity(7) == ledger.cash + Decimal(lots * 7) * ledger.unit
    assert (ledger.entry_ticks is None) == (lots == 0)
