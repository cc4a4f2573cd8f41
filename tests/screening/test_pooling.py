"""Maps become rows: which forms they may have, and what the grids can tell apart."""

import pytest
import torch

from core.screening.pooling import CELLS, PLACE, pooled

see = pooled(lambda images: images)


def split(rows, channels):
    """The grid over the whole picture and the one around what stands out, (N, C, 3, 3) each."""
    return (part.view(len(rows), channels, CELLS, CELLS) for part in rows.chunk(2, dim=1))


def spot(x, y, side=12, size=3, ground=0.0):
    """A map (1, 2, side, side) with a square at (x, y) whose left half is of channel 0 and whose right of channel 1."""
    maps = torch.full((1, 2, side, side), ground)
    maps[0, 0, y : y + size, x : x + size] = 1
    maps[0, 1, y : y + size, x + size : x + 2 * size] = 1
    return maps


@pytest.mark.parametrize(
    ("shape", "channels"),
    [((2, 8, 6, 6), 8), ((2, 6, 6, 8), 8), ((2, 49, 8), 8), ((2, 50, 8), 8)],
    ids=["maps", "channels last", "tokens", "tokens with a class token"],
)
def test_features_of_every_kind_are_pooled_to_grids(shape, channels):
    rows = pooled(lambda images: torch.ones(shape))(torch.zeros(2, 3, 4, 4))
    assert rows.shape == (2, channels * 2 * CELLS**2)
    whole, around = split(rows, channels)
    assert torch.allclose(whole, torch.full_like(whole, PLACE))
    assert torch.allclose(around, torch.ones_like(around)), "what is the same everywhere is seen whole"


def test_rows_have_the_number_format_of_the_maps():
    assert see(torch.rand(2, 4, 6, 6, dtype=torch.bfloat16)).dtype is torch.bfloat16


def test_left_and_right_stay_apart():
    one, other = spot(3, 4), spot(3, 4).flip(1)
    assert not torch.allclose(see(one), see(other), atol=0.2)


def test_the_grid_follows_what_stands_out():
    (here, near_here), (there, near_there) = split(see(spot(1, 1)), 2), split(see(spot(5, 7)), 2)
    assert torch.allclose(near_here, near_there, atol=0.05)
    assert not torch.allclose(here, there, atol=0.05), "the other one still tells the place"


def test_a_map_without_a_difference_or_of_nothing_gives_numbers():
    for maps in (torch.zeros(1, 2, 7, 7), torch.full((1, 2, 7, 7), 3.0), spot(0, 0, ground=1e-4)):
        assert torch.isfinite(see(maps)).all()
