"""What every Venue must keep: subclass it and give a `venue` fixture for MADE/UP."""

from botyard.ports import Venue
from botyard.records.fleet import Order

SYMBOL = "MADE/UP"
ID = "0123456789abcdef01234567"


def order(
    client_id: str = ID, kind: str = "stop", side: str = "buy", lots: int = 1000, ticks: int | None = 10_000
) -> Order:
    """Return an order decided at bar 0."""
    return Order(
        client_id=client_id,
        symbol=SYMBOL,
        side="buy" if side == "buy" else "sell",
        kind="market" if kind == "market" else "stop" if kind == "stop" else "limit",
        lots=lots,
        ticks=None if kind == "market" else ticks,
        bar_ms=0,
    )


class VenueSuite:
    """The contract."""

    def test_an_order_is_found_again_by_its_client_id(self, venue: Venue) -> None:
        sent = venue.submit(order())
        assert (sent.status, sent.lots, sent.filled_lots) == ("resting", 1000, 0)
        assert venue.find(SYMBOL, ID) == sent

    def test_an_order_nobody_sent_is_not_found(self, venue: Venue) -> None:
        assert venue.find(SYMBOL, ID) is None

    def test_the_same_id_again_is_the_same_order(self, venue: Venue) -> None:
        first = venue.submit(order())
        assert venue.submit(order(lots=5)) == first
        assert len(venue.open_orders(SYMBOL, "")) == 1

    def test_open_orders_are_told_apart_by_prefix(self, venue: Venue) -> None:
        venue.submit(order())
        venue.submit(order("f" * 24))
        assert [state.client_id for state in venue.open_orders(SYMBOL, "0123")] == [ID]

    def test_a_cancelled_order_is_not_open_and_stays_cancelled(self, venue: Venue) -> None:
        venue.submit(order())
        assert venue.cancel(SYMBOL, ID).status == "cancelled"
        assert venue.cancel(SYMBOL, ID).status == "cancelled"
        assert venue.open_orders(SYMBOL, "") == []
        assert venue.submit(order()).status == "cancelled"

    def test_nothing_is_held_and_nothing_filled_before_a_fill(self, venue: Venue) -> None:
        venue.submit(order())
        assert venue.held_lots(SYMBOL) == 0
        assert venue.fills(SYMBOL, ID) == []
