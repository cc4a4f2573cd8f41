"""The stages of a backbone: named, contiguous groups of modules in forward order. The last one is always `head`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from core.backbones import catalogue
from core.errors import UnknownStage
from core.experiment import Phase, Recipe
from core.text import short

if TYPE_CHECKING:  # pages need names and defaults before torch is imported
    from torch import nn

    from core.backbones.layouts import Part

HEAD = "head"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a model.

    `modules` are the dotted names of the modules whose train()/eval() mode belongs to the stage: all with weights,
    statistics or dropout. `parameters` are names from `model.named_parameters()`.
    """

    name: str
    label: str  # for display: 'head (fc)'
    modules: tuple[str, ...]
    parameters: tuple[str, ...]
    n_parameters: int


def stages(model: nn.Module, name: str) -> tuple[Stage, ...]:
    """The stages of `model`, built as catalogue entry `name`, in forward order; the last is the head.

    Every parameter and buffer belongs to exactly one stage. Raises `UnknownBackbone`.
    """
    layout = _layout(model, name)
    _require_partition(model, layout, name)
    modules = dict(model.named_modules())
    sizes = {key: parameter.numel() for key, parameter in model.named_parameters()}
    result = []
    for stage, members in layout:
        own_parameters = tuple(key for key in sizes if _inside(key, members))
        own_modules = tuple(member for member in members if member in modules)
        result.append(
            Stage(
                stage,
                _label(stage, members, own_parameters),
                own_modules,
                own_parameters,
                sum(sizes[key] for key in own_parameters),
            )
        )
    return tuple(result)


@lru_cache(maxsize=256)
def stage_table(name: str, n_classes: int = 2) -> tuple[Stage, ...]:
    """The stages of a catalogue entry with a head of `n_classes`, without its weights. Raises `UnknownBackbone`."""
    from core.backbones.architecture import make_empty  # imports torch, so only when a table is needed

    return stages(make_empty(catalogue.get(name), n_classes, None), name)


def resolve(text: str, names: Sequence[str], backbone: str = "") -> tuple[str, ...]:
    """Parse a selection of stages into stage names in forward order.

    'all': every stage. 'head': the head. Another single name: that stage and all after it. Names joined by commas:
    exactly these. Raises `UnknownStage`; `backbone` is only for its message.
    """
    requested = [part.strip() for part in text.split(",") if part.strip()]
    if requested == ["all"]:
        return tuple(names)
    require_stages(requested or [text], names, backbone)
    if len(requested) == 1 and "," not in text:
        return tuple(names[list(names).index(requested[0]) :])
    return tuple(name for name in names if name in requested)


def require_stages(requested: Iterable[str], names: Sequence[str], backbone: str = "") -> None:
    """Raise `UnknownStage`, listing the available stages, unless all of `requested` are among `names`."""
    unknown = [short(name) for name in requested if name not in names]
    if unknown:
        where = f" in {backbone}" if backbone else ""
        which = (
            f"is no stage '{unknown[0]}'"
            if len(unknown) == 1
            else "are no stages " + ", ".join(f"'{name}'" for name in unknown[:8])
        )
        raise UnknownStage(f"There {which}{where}. Stages: {', '.join(names)}; or all.")


def default_phases(names: Sequence[str], *, kept_views: bool = True) -> tuple[Phase, ...]:
    """First the head alone, then head and later half of the stages at a smaller learning rate (LP-FT, Kumar et al.
    2022).

    The head is fitted with L-BFGS if views are kept, and with gradient steps if every epoch has new views (`kept_views`
    False). Half of the stages are trained, because the last one alone cannot learn what ImageNet does not require, such
    as left and right. If that is not needed, the best epoch is one of the first phase.
    """
    head = Phase(stages=(HEAD,), epochs=8, learning_rate=3e-3)
    return (
        head.model_copy(update={"solver": "lbfgs"}) if kept_views else head,
        Phase(stages=tuple(names[-max(2, len(names) // 2) :]), epochs=6, learning_rate=4e-4),
    )


def default_recipe() -> Recipe:
    """The default recipe: fixed BatchNorm statistics, and a warm-up of a third of a phase.

    With batch statistics the fitted head would receive different features at the first step: on the sample signs and
    stamps its training loss then doubles at once, at any learning rate (tests/benchmarks/README.md).
    """
    return Recipe(batchnorm="fixed", warmup=0.33)


def _layout(model: nn.Module, name: str) -> list[Part]:
    from core.backbones.layouts import LAYOUTS

    entry = catalogue.get(name)
    return LAYOUTS[entry.library, entry.family](model)


def _inside(key: str, members: Iterable[str]) -> bool:
    return any(key == member or key.startswith(f"{member}.") for member in members)


def _label(stage: str, members: tuple[str, ...], parameters: tuple[str, ...]) -> str:
    if stage != HEAD:
        return stage
    inner = members[0] if len(members) == 1 else parameters[0].rpartition(".")[0]
    return stage if inner == HEAD else f"{stage} ({inner})"


def _require_partition(model: nn.Module, layout: list[Part], name: str) -> None:
    """Check that every tensor belongs to one stage.

    A wrong layout is our bug and must not train wrong weights silently.
    """
    tensors = [key for key, _ in model.named_parameters()] + [key for key, _ in model.named_buffers()]
    for key in tensors:
        owners = [stage for stage, members in layout if _inside(key, members)]
        if len(owners) != 1:
            raise RuntimeError(f"{name}: {key} lies in {len(owners)} stages ({', '.join(owners)}) instead of one.")
