import math

import numpy as np
import pytest

from botyard.market import exact


def test_the_hash_is_splitmix64():
    # published test vector of SplitMix64 for the seed 1234567
    expected = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    got = exact.hashes(np.uint64(1234567), np.arange(1, 6, dtype=np.int64))
    assert got.tolist() == expected


def test_counters_may_be_negative():
    assert exact.hashes(np.uint64(1), np.array([-5], dtype=np.int64)).dtype == np.uint64


@pytest.mark.parametrize("x", [0.0, 1e-9, -1e-3, 0.5, -0.5, 3.7, -20.25, 200.0, -300.0])
def test_exp_is_e_to_the_x(x):
    assert float(exact.exp(x)) == pytest.approx(math.exp(x), rel=5e-16)


@pytest.mark.parametrize(
    "x", [1.0, 2.0**-22, 1e-12, 0.7071067811865475, 0.7071067811865477, 0.999999, 1.000001, 12345.678]
)
def test_log_is_the_natural_logarithm(x):
    assert float(exact.log(x)) == pytest.approx(math.log(x), rel=5e-15, abs=1e-300)


def test_lanes_add_the_four_parts():
    bits = np.array([0x0001_0002_0003_0004, 0xFFFF_FFFF_FFFF_FFFF], dtype=np.uint64)
    assert exact.lanes(bits).tolist() == [10, 4 * 65535]


def test_normals_have_mean_zero_and_deviation_one():
    draws = exact.normal(exact.lanes(exact.hashes(exact.seed("t"), np.arange(200_000, dtype=np.int64))))
    assert abs(draws.mean()) < 0.01
    assert abs(draws.std() - 1.0) < 0.01


def test_a_moving_normal_does_not_depend_on_where_it_starts():
    whole = exact.moving_normal(exact.seed("t"), 100, 50, 7)
    part = exact.moving_normal(exact.seed("t"), 120, 10, 7)
    assert np.array_equal(whole[20:30], part)


def test_uniforms_are_inside_the_interval():
    edges = exact.uniform(np.array([0, (1 << 21) - 1], dtype=np.uint64), 21)
    assert 0.0 < edges[0] < edges[1] < 1.0


def test_seeds_differ_by_every_word():
    seeds = {int(exact.seed(*words)) for words in (("a",), ("a", "b"), ("b", "a"), ("ab",))}
    assert len(seeds) == 4
