"""What is frozen: which stages a set of trainable ones leaves alone, and what that means for weights and statistics."""

from collections.abc import Iterable, Sequence

from torch import nn

from core.backbones.stages import Stage


def first_trainable(names: Sequence[str], trainable: Iterable[str]) -> str:
    """The first of the stages `names`, in forward order, that is trained: all before it are frozen."""
    wanted = set(trainable)
    return next(name for name in names if name in wanted)


def freeze(model: nn.Module, stages: Sequence[Stage], trainable: Iterable[str]) -> None:
    """Give gradients to the parameters of the trainable stages, and to no others."""
    open_stages = set(trainable)
    parameters = dict(model.named_parameters())
    for stage in stages:
        for name in stage.parameters:
            parameters[name].requires_grad_(stage.name in open_stages)
            parameters[name].grad = None  # AdamW would move a frozen weight that still has an old gradient


def set_modes(
    model: nn.Module, stages: Sequence[Stage], trainable: Iterable[str], *, fixed_statistics: bool = False
) -> None:
    """Trainable stages train, frozen ones evaluate: a frozen BatchNorm in train() would move its running statistics.

    `fixed_statistics`: so do the BatchNorm layers of trainable stages, whose weights alone are then trained.
    """
    model.eval()
    open_stages = set(trainable)
    modules = dict(model.named_modules())
    for stage in stages:
        if stage.name in open_stages:
            for name in stage.modules:
                modules[name].train()
    for module in modules.values() if fixed_statistics else ():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()


def count_parameters(stages: Sequence[Stage], trainable: Iterable[str]) -> tuple[int, int]:
    """Trainable and total number of weights."""
    open_stages = set(trainable)
    return (
        sum(stage.n_parameters for stage in stages if stage.name in open_stages),
        sum(stage.n_parameters for stage in stages),
    )
