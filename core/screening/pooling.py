"""Pool feature maps to vectors: a grid around the salient region, plus a weighted-down grid over the whole image.

Globally pooled features hardly separate left from right. A grid over the whole image mainly encodes where the object
is: on drawn signs at random positions a probe reached 0.75 and 0.82 (two splits), and 0.93 with a grid that follows the
object; on stamps 0.92 with either. If the label depends on the position in the image, only the grid over the whole
image can represent it; its weight is low so that it matters only then.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from core.backbones.split import Part

CELLS = 3  # along each side
QUIET = 0.75  # quantile of the energy regarded as background
PLACE = 0.3  # weight of the grid over the whole image
_REACH, _SMALLEST = 1.7, 0.4  # half side of the grid, in spreads of the salient region, and its minimum, in half images
_SAMPLES = 4 * CELLS  # along each side, averaged to the cells
Maps = Callable[[Tensor], tuple[Tensor, Tensor]]  # images -> maps (N, C, H, W): features, saliency


def pooled(extract_maps: Maps) -> Part:
    """A function from images to features (N, C * 18)."""

    def extract(images: Tensor) -> Tensor:
        feature_maps, saliency = extract_maps(images)
        maps = feature_maps.float()
        whole = PLACE * functional.adaptive_avg_pool2d(maps, CELLS)
        return torch.cat([whole.flatten(1), _around(maps, saliency.float()).flatten(1)], dim=1).to(feature_maps.dtype)

    return extract


def has_places(output: Tensor) -> bool:
    """Whether a module output (N, ...) is a map of at least CELLS x CELLS positions."""
    return (output.ndim == 4 and min(sorted(output.shape[1:])[:2]) >= CELLS) or (
        output.ndim == 3 and output.shape[1] >= CELLS * CELLS
    )


def as_maps(output: Tensor) -> Tensor:
    """Convert maps, (N, H, W, C), or tokens (N, T, C) to (N, C, H, W). A class token has no position and is dropped."""
    if output.ndim == 3:
        side = int(output.shape[1] ** 0.5)
        tokens = output[:, output.shape[1] - side * side :]
        return tokens.transpose(1, 2).reshape(len(output), -1, side, side)
    if output.shape[1] == output.shape[2] != output.shape[3]:
        return output.permute(0, 3, 1, 2)
    return output


def _around(maps: Tensor, saliency: Tensor) -> Tensor:
    """A grid (N, C, CELLS, CELLS) around the salient region of `saliency`, scaled with its size."""
    centre, spread = _salient_region(saliency)
    reach = (_REACH * spread).clamp(_SMALLEST, 1.0)
    transforms = torch.zeros(len(maps), 2, 3, device=maps.device)
    transforms[:, 0, 0], transforms[:, 1, 1] = reach, reach
    transforms[:, :, 2] = centre
    positions = functional.affine_grid(transforms, [len(maps), 1, _SAMPLES, _SAMPLES], align_corners=False)
    samples = functional.grid_sample(maps, positions, padding_mode="border", align_corners=False)
    return functional.adaptive_avg_pool2d(samples, CELLS)


def _salient_region(maps: Tensor) -> tuple[Tensor, Tensor]:
    """Centre (N, 2), as x and y in -1..1, and spread (N,) of the energy above its 75 % quantile.

    A constant map has no salient region: centre of the image, full spread.
    """
    energy = maps.square().sum(dim=1)
    above = (energy - energy.flatten(1).quantile(QUIET, dim=1)[:, None, None]).clamp(min=0)
    total = above.sum(dim=(1, 2))
    weights = above / total.clamp(min=1e-9)[:, None, None]
    positions = torch.stack(_centres(maps))
    centre = (weights[:, None] * positions[None]).sum(dim=(2, 3))
    squared_distance = (positions[None] - centre[:, :, None, None]).square().sum(dim=1)
    spread = (weights * squared_distance).sum(dim=(1, 2)).sqrt()
    return centre, torch.where(total > 0, spread, torch.ones_like(spread))


def _centres(maps: Tensor) -> tuple[Tensor, Tensor]:
    """x and y (H, W) of the centres of the positions, from -1 to 1."""
    y, x = (
        (torch.arange(side, device=maps.device, dtype=maps.dtype) + 0.5) * 2 / side - 1 for side in maps.shape[-2:]
    )  # fmt: skip
    ys, xs = torch.meshgrid(y, x, indexing="ij")
    return xs, ys
