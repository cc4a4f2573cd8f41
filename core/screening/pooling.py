"""Maps of where things are become rows: a grid around what stands out, and faintly one over the whole picture.

Pooled to one cell, features hardly tell left from right. Over the whole picture alone, a grid tells where the object is
before it tells how it looks: on drawn signs at any place a probe named 0.82 of the plain ones rightly, with the grid
that follows the object 0.93, and 0.90 of the stamps with either. Where the label is about the place in the picture,
only the other one can tell; it is faint so that it speaks only then.
"""

import torch
from torch import Tensor
from torch.nn import functional

from core.backbones.split import Part

CELLS = 3  # along each side
PLACE = 0.3  # how loudly the grid over the whole picture speaks
_REACH, _SMALLEST = 1.7, 0.4  # half the side of the grid, in spreads of what stands out, and at least, in half pictures
_SAMPLES = 4 * CELLS  # along each side, averaged to the cells


def pooled(part: Part) -> Part:
    """`part`, which gives maps (N, C, H, W) or (N, H, W, C) or tokens (N, T, C), with these pooled to (N, C * 18)."""

    def see(images: Tensor) -> Tensor:
        given = part(images)
        maps = _as_maps(given).float()
        whole = PLACE * functional.adaptive_avg_pool2d(maps, CELLS)
        return torch.cat([whole.flatten(1), _around(maps).flatten(1)], dim=1).to(given.dtype)

    return see


def _around(maps: Tensor) -> Tensor:
    """A grid (N, C, CELLS, CELLS) around what stands out, and as wide as that is."""
    middle, spread = _standing_out(maps)
    reach = (_REACH * spread).clamp(_SMALLEST, 1.0)
    frames = torch.zeros(len(maps), 2, 3, device=maps.device)
    frames[:, 0, 0], frames[:, 1, 1] = reach, reach
    frames[:, :, 2] = middle
    places = functional.affine_grid(frames, [len(maps), 1, _SAMPLES, _SAMPLES], align_corners=False)
    found = functional.grid_sample(maps, places, padding_mode="border", align_corners=False)
    return functional.adaptive_avg_pool2d(found, CELLS)


def _standing_out(maps: Tensor) -> tuple[Tensor, Tensor]:
    """Middle (N, 2), as x and y in -1..1, and spread (N,) of the energy above that of the median place.

    A map that is the same everywhere stands out nowhere: its middle is the picture's, its spread all of it.
    """
    energy = maps.square().sum(dim=1)
    above = (energy - energy.flatten(1).median(dim=1).values[:, None, None]).clamp(min=0)
    total = above.sum(dim=(1, 2))
    weights = above / total.clamp(min=1e-9)[:, None, None]
    places = torch.stack(_centres(maps))
    middle = (weights[:, None] * places[None]).sum(dim=(2, 3))
    away = (places[None] - middle[:, :, None, None]).square().sum(dim=1)
    spread = (weights * away).sum(dim=(1, 2)).sqrt()
    return middle, torch.where(total > 0, spread, torch.ones_like(spread))


def _centres(maps: Tensor) -> tuple[Tensor, Tensor]:
    """x and y (H, W) of the middles of the places, -1..1 from edge to edge."""
    y, x = (
        (torch.arange(side, device=maps.device, dtype=maps.dtype) + 0.5) * 2 / side - 1 for side in maps.shape[-2:]
    )  # fmt: skip
    ys, xs = torch.meshgrid(y, x, indexing="ij")
    return xs, ys


def _as_maps(features: Tensor) -> Tensor:
    """Maps (N, C, H, W). A class token, which has no place, is left out."""
    if features.ndim == 3:
        side = int(features.shape[1] ** 0.5)
        tokens = features[:, features.shape[1] - side * side :]
        return tokens.transpose(1, 2).reshape(len(features), -1, side, side)
    if features.shape[1] == features.shape[2] != features.shape[3]:
        return features.permute(0, 3, 1, 2)
    return features
