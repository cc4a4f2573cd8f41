"""Edits of a list of phases: one more, one fewer, another order, and quick choices of stages."""

from collections.abc import Sequence

from core.experiment import Phase

Phases = tuple[Phase, ...]
QUICK = ("Head only", "Last stage", "Everything")


def quick_stages(choice: str, names: Sequence[str]) -> tuple[str, ...]:
    """The stages of a quick choice; `names` in forward order, the head last. 'Last stage' trains the head with it."""
    return tuple(names[-(QUICK.index(choice) + 1) :] if choice != QUICK[2] else names)


def quick_choice(stages: Sequence[str], names: Sequence[str]) -> str | None:
    """The quick choice that these stages are, if they are one."""
    return next((choice for choice in QUICK if set(quick_stages(choice, names)) == set(stages)), None)


def added(phases: Phases, names: Sequence[str]) -> Phases:
    """One phase more: one more stage thawed than in the last one, at half its rate (gradual unfreezing)."""
    last = phases[-1]
    first = min(list(names).index(stage) for stage in last.stages)
    rate = None if last.learning_rate is None else float(f"{last.learning_rate / 2:.2g}")
    return (*phases, Phase(stages=tuple(names[max(0, first - 1) :]), epochs=last.epochs, learning_rate=rate))


def gradual(phases: Phases, names: Sequence[str], stages: int = 3) -> Phases:
    """The first of `phases`, then one more stage thawed in each of the following (Howard and Ruder 2018)."""
    head, *_, tuned = phases
    phases = (head, tuned.model_copy(update={"stages": tuple(names[-2:])}))
    while len(phases) < min(stages, len(names) - 1) + 1:
        phases = added(phases, names)
    return phases


def removed(phases: Phases, index: int) -> Phases:
    """Without one phase."""
    return phases[:index] + phases[index + 1 :]


def moved(phases: Phases, index: int, step: int) -> Phases:
    """One phase earlier (`step` -1) or later (1)."""
    rest = list(removed(phases, index))
    rest.insert(index + step, phases[index])
    return tuple(rest)


def replaced(phases: Phases, index: int, phase: Phase) -> Phases:
    """Another phase at one place."""
    return (*phases[:index], phase, *phases[index + 1 :])


def never_trained(phases: Phases, names: Sequence[str]) -> tuple[str, ...]:
    """Stages that are frozen in all phases."""
    trained = {stage for phase in phases for stage in phase.stages}
    return tuple(name for name in names if name not in trained)
