"""Drawing by table."""

import numpy as np

from flows.shop.draw import chance, generator, pick, pick_by, quantiles, scrambled, top_heavy


def test_codes_come_as_often_as_their_weights_say():
    drawn = np.bincount(pick(generator(1), quantiles([5, 0, 3, 2]), 100_000))
    assert drawn[1] == 0
    assert np.allclose(drawn / 100_000, [0.5, 0, 0.3, 0.2], atol=0.01)


def test_the_row_of_a_table_of_tables_decides():
    tables = np.stack([quantiles([1, 0], 256), quantiles([0, 1], 256)])
    which = np.array([0, 1, 1, 0])
    assert (pick_by(generator(1), tables, which) == which).all()


def test_top_heavy_gives_the_first_tenth_nearly_half():
    places = top_heavy(generator(1), np.full(50_000, 100), 3)
    assert places.min() == 0
    assert places.max() == 99
    assert 0.44 < (places < 10).mean() < 0.48


def test_chance_is_as_likely_as_asked():
    assert 0.29 < chance(generator(1), 0.3, 50_000).mean() < 0.31


def test_scrambled_numbers_are_all_different_and_have_16_digits():
    mixed = scrambled(np.arange(200_000), 1234567)
    assert len(np.unique(mixed)) == 200_000
    assert (mixed >= 2**63).all()
    assert (scrambled(np.arange(9), 1) != scrambled(np.arange(9), 2)).all()
