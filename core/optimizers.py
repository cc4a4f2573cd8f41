"""The optimizers there are. To add one, add it here: recipe, forms, help and rate finder read this list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class OptimizerEntry:
    """An optimizer of `torch.optim`: the name of its class there, what it is made with, and when people choose it."""

    torch_class: str
    help: str  # follows its name: "adamw: a safe default"
    rates: tuple[float, float] = (1e-6, 1.0)  # between which the finder looks for a learning rate
    options: Mapping[str, float] = field(default_factory=dict)
    moments: int = 2  # numbers that it keeps for each weight


OPTIMIZERS: Mapping[str, OptimizerEntry] = MappingProxyType(
    {
        "adamw": OptimizerEntry("AdamW", "a safe default"),
        "adam": OptimizerEntry("Adam", "weight decay is scaled with the gradients"),
        "sgd": OptimizerEntry(
            "SGD",
            "with momentum 0.9; needs higher learning rates",
            rates=(1e-5, 10.0),
            options={"momentum": 0.9},
            moments=1,
        ),
    }
)
NAMES = tuple(OPTIMIZERS)


def explained() -> str:
    """What each is for, for a form."""
    return "; ".join(f"{name}: {entry.help}" for name, entry in OPTIMIZERS.items()) + "."


def listed() -> str:
    """The names in a sentence: "adamw, adam or sgd"."""
    return f"{', '.join(NAMES[:-1])} or {NAMES[-1]}"
