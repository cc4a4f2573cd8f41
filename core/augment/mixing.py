"""Mixup and CutMix: a step on whole batches, after the views."""

import torch
from torch import Tensor
from torchvision.transforms import v2


def mix(images: Tensor, shares: Tensor, *, mixup: float, cutmix: float) -> tuple[Tensor, Tensor]:
    """Mix images (N, C, H, W) and their class probabilities (N, n_classes), float, in pairs.

    `mixup` and `cutmix` are the alphas of the beta distribution (Zhang et al. 2018, Yun et al. 2019); 0 disables one.
    If both are enabled, each batch uses one at random. Uses torch's global generator: seed it.
    """
    enabled = [
        kind(alpha=alpha, num_classes=shares.shape[1])
        for kind, alpha in ((v2.MixUp, mixup), (v2.CutMix, cutmix))
        if alpha > 0
    ]
    if not enabled:
        return images, shares
    chosen = enabled[int(torch.randint(len(enabled), (1,)))]
    mixed, targets = chosen(images, shares)
    return mixed, targets
