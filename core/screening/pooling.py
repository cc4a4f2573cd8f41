"""Maps of where things are become rows: a grid around what stands out, and faintly one over the whole image.

Pooled to one cell, features hardly tell left from right. Over the whole image alone, a grid tells where the object is
before it tells how it looks: of drawn signs at any place a probe named 0.75 and 0.82 correctly (two splits), and 0.93
with the grid that follows the object; of stamps 0.92 with either. Where the label is about the place in the image,
only the other one can tell; it is faint so that it speaks only then.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from core.backbones.split import Part

CELLS = 3  # along each side
QUIET = 0.75  # share of the places where nothing stands out
PLACE = 0.3  # how loudly the grid over the whole image speaks
_REACH, _SMALLEST = 1.7, 0.4  # half the side of the grid, in spreads of what stands out, and at least, in half images
_SAMPLES = 4 * CELLS  # along each side, averaged to the cells
Maps = Callable[[Tensor], tuple[Tensor, Tensor]]  # from images to maps (N, C, H, W): what is there, what stands out


def pooled(see_maps: Maps) -> Part:
    """From images to rows (N, C * 18)."""

    def see(images: Tensor) -> Tensor:
        given, where = see_maps(images)
        maps = given.float()
        whole = PLACE * functional.adaptive_avg_pool2d(maps, CELLS)
        return torch.cat([whole.flatten(1), _around(maps, where.float()).flatten(1)], dim=1).to(given.dtype)

    return see


def has_places(output: Tensor) -> bool:
    """Whether an output (N, ...) of a module is a map of CELLS x CELLS places or more."""
    return (output.ndim == 4 and min(sorted(output.shape[1:])[:2]) >= CELLS) or (
        output.ndim == 3 and output.shape[1] >= CELLS * CELLS
    )


def as_maps(output: Tensor) -> Tensor:
    """(N, C, H, W) of maps like that, of (N, H, W, C), or of tokens (N, T, C). A class token has no place: left out."""
    if output.ndim == 3:
        side = int(output.shape[1] ** 0.5)
        tokens = output[:, output.shape[1] - side * side :]
        return tokens.transpose(1, 2).reshape(len(output), -1, side, side)
    if output.shape[1] == output.shape[2] != output.shape[3]:
        return output.permute(0, 3, 1, 2)
    return output


def _around(maps: Tensor, where: Tensor) -> Tensor:
    """A grid (N, C, CELLS, CELLS) around what stands out in `where`, and as wide as that is."""
    middle, spread = _standing_out(where)
    reach = (_REACH * spread).clamp(_SMALLEST, 1.0)
    frames = torch.zeros(len(maps), 2, 3, device=maps.device)
    frames[:, 0, 0], frames[:, 1, 1] = reach, reach
    frames[:, :, 2] = middle
    places = functional.affine_grid(frames, [len(maps), 1, _SAMPLES, _SAMPLES], align_corners=False)
    found = functional.grid_sample(maps, places, padding_mode="border", align_corners=False)
    return functional.adaptive_avg_pool2d(found, CELLS)


def _standing_out(maps: Tensor) -> tuple[Tensor, Tensor]:
    """Middle (N, 2), as x and y in -1..1, and spread (N,) of the energy above that of three quarters of the places.

    A map that is the same everywhere stands out nowhere: its middle is the image's, its spread all of it.
    """
    energy = maps.square().sum(dim=1)
    above = (energy - energy.flatten(1).quantile(QUIET, dim=1)[:, None, None]).clamp(min=0)
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
