"""Freezing: which stages are frozen, and the resulting `requires_grad` flags and train/eval modes."""

from collections.abc import Iterable, Sequence

from torch import nn

from core.backbones.stages import Stage


def first_trainable(names: Sequence[str], trainable: Iterable[str]) -> str:
    """The first trainable stage of `names`, in forward order: all stages before it are frozen."""
    trainable_names = set(trainable)
    return next(name for name in names if name in trainable_names)


def freeze(model: nn.Module, stages: Sequence[Stage], trainable: Iterable[str]) -> None:
    """Enable gradients for the parameters of the trainable stages only."""
    trainable_names = set(trainable)
    parameters = dict(model.named_parameters())
    for stage in stages:
        for name in stage.parameters:
            parameters[name].requires_grad_(stage.name in trainable_names)
            parameters[name].grad = None  # AdamW would move a frozen weight that still has an old gradient


BATCHNORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)  # timm's and torchvision's are these


def set_modes(
    model: nn.Module, stages: Sequence[Stage], trainable: Iterable[str], *, fixed_statistics: bool = False
) -> None:
    """Set trainable stages to train mode and frozen ones to eval mode, so that frozen BatchNorms keep their statistics.

    `fixed_statistics`: BatchNorm layers of trainable stages are in eval mode too, so only their weights are trained.
    """
    model.eval()
    trainable_names = set(trainable)
    modules = dict(model.named_modules())
    for stage in stages:
        if stage.name in trainable_names:
            for name in stage.modules:
                modules[name].train()
    for module in modules.values() if fixed_statistics else ():
        if isinstance(module, BATCHNORMS):
            module.eval()


def count_parameters(stages: Sequence[Stage], trainable: Iterable[str]) -> tuple[int, int]:
    """Number of trainable and of all parameters."""
    trainable_names = set(trainable)
    return (
        sum(stage.n_parameters for stage in stages if stage.name in trainable_names),
        sum(stage.n_parameters for stage in stages),
    )
