"""What every TrialRegistry must keep: subclass it and give a `registry` fixture that makes an empty one."""

import base64
import struct

import pytest

from botyard.ports import TrialRegistry
from botyard.records.trials import RegisteredRun, TrialReturns


def made_up_run(idea: str, *, market: str = "demo", first_day: int = 20_000, n_days: int = 10) -> RegisteredRun:
    """Return a run of two trials."""
    values = [0.01 * ((7 * i + len(idea)) % 5 - 2) for i in range(2 * n_days)]
    data = base64.b64encode(struct.pack(f"<{2 * n_days}f", *values)).decode()
    return RegisteredRun(market, idea, "5m", TrialReturns(first_day, n_days, 2, data))


class TrialRegistrySuite:
    """The contract."""

    def test_places_are_given_in_order(self, registry: TrialRegistry) -> None:
        assert [registry.add(made_up_run(idea)) for idea in ("one", "three", "seven")] == [1, 2, 3]

    def test_what_was_registered_comes_back_bit_for_bit(self, registry: TrialRegistry) -> None:
        first, second = made_up_run("one"), made_up_run("three")
        registry.add(first)
        assert list(registry.earlier(registry.add(second), second)) == [first]

    def test_the_first_run_has_none_before_it(self, registry: TrialRegistry) -> None:
        run = made_up_run("one")
        assert list(registry.earlier(registry.add(run), run)) == []

    def test_the_same_question_again_keeps_its_place_and_what_came_before(self, registry: TrialRegistry) -> None:
        first, second = made_up_run("one"), made_up_run("three")
        registry.add(first)
        registry.add(second)
        assert registry.add(first) == 1
        assert registry.add(second) == 2
        assert list(registry.earlier(1, first)) == []

    def test_other_markets_do_not_count(self, registry: TrialRegistry) -> None:
        registry.add(made_up_run("one", market="imported"))
        run = made_up_run("one")
        assert list(registry.earlier(registry.add(run), run)) == []

    @pytest.mark.parametrize(
        ("first_day", "n_days", "counts"),
        [(20_000, 10, True), (20_005, 10, True), (20_006, 10, False), (19_000, 5000, True), (20_002, 5, True)],
    )
    def test_runs_that_share_half_of_the_days_count(
        self, registry: TrialRegistry, first_day: int, n_days: int, counts: bool
    ) -> None:
        registry.add(made_up_run("one", first_day=first_day, n_days=n_days))
        run = made_up_run("three")
        assert len(list(registry.earlier(registry.add(run), run))) == counts
