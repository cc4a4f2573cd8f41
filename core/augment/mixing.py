"""Mixup and CutMix: a step on whole batches, after the views."""

import torch
from torch import Tensor
from torchvision.transforms import v2


def mix(images: Tensor, shares: Tensor, *, mixup: float, cutmix: float) -> tuple[Tensor, Tensor]:
    """Images (N, C, H, W) and the shares of each class (N, n_classes), float, mixed in pairs alike.

    `mixup` and `cutmix` are the alphas of the beta distribution of the share (Zhang et al. 2018, Yun et al. 2019); 0
    switches one off, and of two that are on each step takes either. Draws from torch's generator: seed it.
    """
    on = [
        kind(alpha=alpha, num_classes=shares.shape[1])
        for kind, alpha in ((v2.MixUp, mixup), (v2.CutMix, cutmix))
        if alpha > 0
    ]
    if not on:
        return images, shares
    chosen = on[int(torch.randint(len(on), (1,)))]
    mixed, targets = chosen(images, shares)
    return mixed, targets
