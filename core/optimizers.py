"""The optimizers there are. To add one, add it here: recipe, forms, help and rate finder read this list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class OptimizerEntry:
    """An optimizer of `torch.optim`: the name of its class there, and what it is made with."""

    torch_class: str
    rates: tuple[float, float] = (1e-6, 1.0)  # between which the finder looks for a learning rate
    options: Mapping[str, float] = field(default_factory=dict)


OPTIMIZERS: Mapping[str, OptimizerEntry] = MappingProxyType(
    {
        "adamw": OptimizerEntry("AdamW"),
        "adam": OptimizerEntry("Adam"),
        "sgd": OptimizerEntry("SGD", rates=(1e-5, 10.0), options={"momentum": 0.9}),
    }
)
NAMES = tuple(OPTIMIZERS)


def listed() -> str:
    """The names in a sentence: "adamw, adam or sgd"."""
    return f"{', '.join(NAMES[:-1])} or {NAMES[-1]}"
