"""Maps become rows: which forms they may have, and what the grids can tell apart."""

import pytest
import torch
from torch import nn

from core.errors import InvalidInput
from core.screening.extractor import last_maps
from core.screening.pooling import CELLS, PLACE, _centres, _salient_region, as_maps, has_places, pooled

see = pooled(lambda images: (images, images))


def split(rows, channels):
    """The grid over the whole image and the one around what stands out, (N, C, 3, 3) each."""
    return (part.view(len(rows), channels, CELLS, CELLS) for part in rows.chunk(2, dim=1))


def spot(x, y, side=12, size=3, ground=0.0):
    """A map (1, 2, side, side) with a square at (x, y) whose left half is of channel 0 and whose right of channel 1."""
    maps = torch.full((1, 2, side, side), ground)
    maps[0, 0, y : y + size, x : x + size] = 1
    maps[0, 1, y : y + size, x + size : x + 2 * size] = 1
    return maps


@pytest.mark.parametrize(
    "shape", [(2, 8, 6, 6), (2, 6, 6, 8), (2, 36, 8), (2, 37, 8)],
    ids=["maps", "channels last", "tokens", "tokens with a class token"],
)  # fmt: skip
def test_maps_of_every_kind_are_understood(shape):
    assert has_places(torch.ones(shape))
    assert as_maps(torch.ones(shape)).shape == (2, 8, 6, 6)


@pytest.mark.parametrize("shape", [(2, 8), (2, 8, 1, 1), (2, 4, 8)], ids=["pooled", "one place", "four tokens"])
def test_what_has_no_places_is_no_map(shape):
    assert not has_places(torch.ones(shape))


def test_what_is_the_same_everywhere_is_seen_whole():
    rows = see(torch.ones(2, 8, 6, 6))
    assert rows.shape == (2, 8 * 2 * CELLS**2)
    whole, around = split(rows, 8)
    assert torch.allclose(whole, torch.full_like(whole, PLACE))
    assert torch.allclose(around, torch.ones_like(around))


def test_things_are_looked_for_before_a_final_widening():
    narrow, widened = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 9, 1)
    model = nn.Sequential(narrow, nn.ReLU(), widened, nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    images = torch.rand(2, 3, 6, 6)
    what, where = last_maps(model, images[:1])(images)
    assert torch.equal(what, widened(model[1](narrow(images))))
    assert torch.equal(where, model[1](narrow(images)))
    same = nn.Sequential(nn.Conv2d(3, 4, 1), nn.Conv2d(4, 4, 1), nn.Flatten()).eval()
    what, where = last_maps(same, images[:1])(images)
    assert torch.equal(what, where)


def test_a_module_that_runs_twice_is_taken_where_it_is_narrow():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.other, self.act = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 9, 1), nn.ReLU()

        def forward(self, images):
            return self.act(self.other(self.act(self.one(images)))).mean(dim=(2, 3))

    what, where = last_maps(Twice().eval(), torch.rand(1, 3, 6, 6))(torch.rand(2, 3, 6, 6))
    assert (what.shape, where.shape) == ((2, 9, 6, 6), (2, 4, 6, 6))


def test_a_model_without_places_is_refused():
    with pytest.raises(InvalidInput, match="no map"):
        last_maps(nn.Sequential(nn.Flatten(), nn.Linear(108, 4)).eval(), torch.rand(1, 3, 6, 6))


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


def test_places_are_counted_from_the_middle_of_the_image():
    x, y = _centres(torch.zeros(1, 2, 3, 4))
    assert torch.allclose(x, torch.tensor([-0.75, -0.25, 0.25, 0.75]).expand(3, 4))
    assert torch.allclose(y, torch.tensor([[-2 / 3], [0.0], [2 / 3]]).expand(3, 4), atol=1e-6)


def test_what_stands_out_has_a_middle_and_a_spread():
    maps = torch.zeros(2, 2, 6, 8)
    maps[0, 0, 1, 2] = maps[0, 1, 1, 5] = 2
    maps[1, 1, 4, 6] = 3
    middle, spread = _salient_region(maps)
    assert torch.allclose(middle, torch.tensor([[0.0, -0.5], [0.625, 0.5]]), atol=1e-6)
    assert torch.allclose(spread, torch.tensor([0.375, 0.0]), atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "places"),
    [((1, 3, 3, 8), True), ((1, 2, 3, 3), False), ((1, 3, 2, 3), False), ((1, 8, 2, 2), False), ((1, 9, 4), True),
     ((1, 8, 4), False), ((1, 9), False)],
)  # fmt: skip
def test_a_map_has_three_places_along_each_side(shape, places):
    assert has_places(torch.zeros(shape)) is places


def test_a_class_token_is_dropped_and_the_others_keep_their_places():
    tokens = torch.arange(20.0).view(1, 10, 2)
    maps = as_maps(tokens)
    assert maps.shape == (1, 2, 3, 3)
    assert maps[0, 0].flatten().tolist() == tokens[0, 1:, 0].tolist()
    assert torch.equal(as_maps(tokens[:, 1:]), maps)


def test_the_grids_of_a_slope_are_what_they_were():
    """The first is the mean of each cell, times `PLACE`; the second, what the code gives around the bright rows."""
    whole, around = split(see(torch.arange(36.0).view(1, 1, 6, 6)), 1)
    assert whole.flatten().tolist() == pytest.approx([1.05, 1.65, 2.25, 4.65, 5.25, 5.85, 8.25, 8.85, 9.45])
    assert around.flatten().tolist() == pytest.approx(
        [19.4049, 21.2735, 22.8891, 29.5574, 31.4259, 33.0416, 31.3015, 33.17, 34.7857], abs=1e-3
    )


def test_maps_whose_three_sides_are_equal_stay_as_they_are():
    maps = torch.arange(128.0).view(2, 4, 4, 4)
    assert torch.equal(as_maps(maps), maps)
    last = torch.arange(160.0).view(2, 4, 4, 5)
    assert torch.equal(as_maps(last), last.permute(0, 3, 1, 2))


def test_the_grid_around_what_stands_out_is_never_larger_than_the_image():
    maps = torch.arange(144.0).view(1, 1, 12, 12)
    whole, around = split(pooled(lambda images: (images, torch.ones_like(images)))(maps), 1)
    assert torch.allclose(around, whole / PLACE, atol=1e-3)


@pytest.mark.parametrize("strength", [1e-3, 1.0, 1e3])
def test_how_strongly_a_thing_stands_out_does_not_matter(strength):
    middle, spread = _salient_region(strength * spot(1, 6))
    expected_middle, expected_spread = _salient_region(spot(1, 6))
    assert torch.allclose(middle, expected_middle, atol=1e-4)
    assert torch.allclose(spread, expected_spread, atol=1e-4)
