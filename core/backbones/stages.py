"""The stages of a backbone: named, contiguous parts in forward order. The last one is always `head`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from core.backbones import catalogue
from core.errors import UnknownStage
from core.experiment import Phase, Recipe
from core.text import short

if TYPE_CHECKING:  # a page reads names and defaults before torch has been imported
    from torch import nn

    from core.backbones.layouts import Part

HEAD = "head"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a model.

    `modules` are the dotted names whose train()/eval() it governs: everything with weights, statistics or dropout lies
    in one of them. `parameters` are names from `model.named_parameters()`.
    """

    name: str
    label: str  # for display: 'head (fc)'
    modules: tuple[str, ...]
    parameters: tuple[str, ...]
    n_parameters: int


def stages(model: nn.Module, name: str) -> tuple[Stage, ...]:
    """The stages of `model`, built as catalogue entry `name`, in forward order; the last is the head.

    Every parameter and every buffer lies in exactly one stage. Raises `UnknownBackbone`.
    """
    parts = _parts(model, name)
    _require_partition(model, parts, name)
    modules = dict(model.named_modules())
    sizes = {key: parameter.numel() for key, parameter in model.named_parameters()}
    made = []
    for stage, members in parts:
        own = tuple(key for key in sizes if _inside(key, members))
        governed = tuple(member for member in members if member in modules)
        made.append(Stage(stage, _label(stage, members, own), governed, own, sum(sizes[key] for key in own)))
    return tuple(made)


@lru_cache(maxsize=256)
def stage_table(name: str, n_classes: int = 2) -> tuple[Stage, ...]:
    """The stages of a catalogue entry with a head of `n_classes`, without its weights. Raises `UnknownBackbone`."""
    from core.backbones.architecture import make_empty  # torch is imported only when a table is wanted

    return stages(make_empty(catalogue.get(name), n_classes, None), name)


def resolve(text: str, names: Sequence[str], backbone: str = "") -> tuple[str, ...]:
    """Stage names that `text` stands for, in forward order.

    'all': every stage. 'head': the head. Another single name: that stage and all after it. Names joined by commas:
    exactly these. Raises `UnknownStage`; `backbone` is only for its message.
    """
    wanted = [part.strip() for part in text.split(",") if part.strip()]
    if wanted == ["all"]:
        return tuple(names)
    require_stages(wanted or [text], names, backbone)
    if len(wanted) == 1 and "," not in text:
        return tuple(names[list(names).index(wanted[0]) :])
    return tuple(name for name in names if name in wanted)


def require_stages(wanted: Iterable[str], names: Sequence[str], backbone: str = "") -> None:
    """Raise `UnknownStage`, which lists the stages there are, unless all of `wanted` are among `names`."""
    unknown = [short(name) for name in wanted if name not in names]
    if unknown:
        where = f" in {backbone}" if backbone else ""
        said = (
            f"stage '{unknown[0]}'" if len(unknown) == 1 else "stages " + ", ".join(f"'{name}'" for name in unknown[:8])
        )
        raise UnknownStage(f"There is no {said}{where}. Stages: {', '.join(names)}; or all.")


def default_phases(names: Sequence[str], *, kept_views: bool = True) -> tuple[Phase, ...]:
    """First the head alone, then the later half of the stages with it at a smaller rate (LP-FT, Kumar et al. 2022).

    The head is fitted with L-BFGS where views are kept; new views each epoch (`kept_views` False) leave it to steps.
    Half of the stages, because the last one alone cannot learn what ImageNet does not ask for, such as left and right;
    where that is not needed, the epoch that is kept is one of the head's.
    """
    head = Phase(stages=(HEAD,), epochs=8, learning_rate=3e-3)
    return (
        head.model_copy(update={"solver": "lbfgs"}) if kept_views else head,
        Phase(stages=tuple(names[-max(2, len(names) // 2) :]), epochs=6, learning_rate=4e-4),
    )


def default_recipe() -> Recipe:
    """A gentle start of fine-tuning: fixed BatchNorm statistics, and a third of a phase to warm up.

    With statistics that follow each batch the head, fitted before, meets other features at the first step: on the
    sample signs and stamps its training loss then doubles at once, whatever the rate (tests/benchmarks/README.md).
    """
    return Recipe(batchnorm="fixed", warmup=0.33)


def _parts(model: nn.Module, name: str) -> list[Part]:
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


def _require_partition(model: nn.Module, parts: list[Part], name: str) -> None:
    """A layout that does not fit its model is a mistake of ours, and must not train the wrong weights silently."""
    tensors = [key for key, _ in model.named_parameters()] + [key for key, _ in model.named_buffers()]
    for key in tensors:
        owners = [stage for stage, members in parts if _inside(key, members)]
        if len(owners) != 1:
            raise RuntimeError(f"{name}: {key} lies in {len(owners)} stages ({', '.join(owners)}) instead of one.")
