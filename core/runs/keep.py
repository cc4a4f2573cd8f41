"""Keep the last epoch instead of the chosen one, or undo this: predictions, downloads and results change
accordingly."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

from filelock import Timeout

from core.data.dataset import Item
from core.errors import RunConflict
from core.files import storage_failed
from core.runs.execute import prepare_again
from core.runs.last import why_not
from core.runs.records import Run
from core.runs.scoring import PARTS, exact_input, score_part
from core.runs.workspace import Workspace
from core.training.checkpoints import Checkpoints, load_weights
from core.training.events import EpochEnded
from core.training.kept import WEIGHTS, Kept, keep, kept
from core.training.setup import set_up
from core.work.control import Aborted, Control
from core.work.progress import READING, Progress, finish


def keep_epoch(
    workspace: Workspace, run_id: str, which: Literal["best", "last"], *, device: str | None = None,
    control: Control | None = None, on_progress: Callable[[Progress], None] | None = None,
) -> Run:  # fmt: skip
    """Use the model of the chosen ('best') or last epoch of a run; can be undone at any time.

    The model is evaluated on the validation images, and on the test images where the run has a test result, which
    stays as hidden as before; what was found once is not computed again. `device`: another one than the run's. With
    leases in its `control` the evaluation takes turns on that device with what else computes there. `on_progress` is
    told how far it is.
    The run as it is then. Raises `RunNotFound`, `RunConflict` (live, or there is no such model), `ResumeRefused` (its
    images have changed), `UnknownDevice`, `UnreadableWeights`, `Aborted`, `StorageFailed`.
    """
    run, folder = workspace.store.run(run_id), workspace.folder(run_id)
    wanted = Kept.LAST if which == "last" else Kept.CHOSEN
    reason = why_not(folder, run)
    if wanted is Kept.LAST and reason is not None:
        raise RunConflict(reason)
    if run.status.live or run.val is None:
        raise RunConflict(str(reason))
    lock, control = workspace.lock(run_id), control or Control()
    try:
        with lock:
            results = _switched(workspace, replace(run, device=device or run.device), wanted, control, on_progress)
            _write(workspace, run_id, results, wanted)
    except Timeout as error:
        raise RunConflict(f"Run {run_id} is being worked on by another program.") from error
    except OSError as error:
        raise storage_failed(folder, error) from error
    finally:
        control.over()
    return workspace.store.run(run_id)


def _write(workspace: Workspace, run_id: str, results: dict[str, Any], wanted: Kept) -> None:
    """Write results and weights in use atomically: scores always belong to the weights."""
    folder = workspace.folder(run_id)
    before = kept(folder)
    try:
        with workspace.store.together():
            workspace.store.set_results(run_id, results)
            keep(folder, wanted)
    except BaseException:
        if kept(folder) is not before:
            keep(folder, before)
        raise


def _switched(
    workspace: Workspace, run: Run, wanted: Kept, control: Control, on_progress: Callable[[Progress], None] | None
) -> dict[str, Any]:
    """The run's results with this model in use; results of the other one are kept."""
    results, now = run.results, Kept(run.results.get("kept", Kept.CHOSEN))
    known = {**results.get("evaluated", {}), now.value: {part: results.get(part) for part in PARTS}}
    if wanted.value not in known:
        known[wanted.value] = _evaluated(workspace, run, wanted, control, on_progress or (lambda _: None))
    epoch = results["best_epoch"] if wanted is Kept.CHOSEN else results["epochs"] - 1
    return {**results, **known[wanted.value], "kept": wanted.value, "kept_epoch": epoch, "evaluated": known}


def _evaluated(
    workspace: Workspace, run: Run, which: Kept, control: Control, told: Callable[[Progress], None]
) -> dict[str, Any]:
    """Scores of one of the run's models for each part."""
    folder = workspace.folder(run.id)

    def reading(done: int, total: int) -> None:
        if control.aborted:
            raise Aborted
        told(Progress(what=READING, done=done, total=total))

    prepared = prepare_again(workspace, run, reading)
    control.computes_on(str(prepared.device))
    setup = set_up(
        prepared.experiment, prepared.dataset, prepared.split, device=prepared.device,
        checkpoints=Checkpoints(folder, run.digest, run.experiment.data.fingerprint), features=workspace.features,
        images=workspace.images, workers=workspace.workers(prepared.device.type),
    )  # fmt: skip
    load_weights(folder / WEIGHTS[which], setup.model)
    setup.model.eval()
    epochs = workspace.store.epochs(run.id)
    phase = epochs[-1].phase if which is Kept.LAST else _phase_of(run, epochs)
    phase_input = exact_input(setup, phase)
    found: dict[str, Any] = dict.fromkeys(PARTS)
    for part, indices in (("val", prepared.split.val), ("test", prepared.split.test)):
        items: tuple[Item, ...] = tuple(prepared.dataset.items[index] for index in indices)
        if items and (part == "val" or run.test is not None):
            scored = finish(score_part(folder, part, setup, phase_input, items, control, which), told)[0]
            found[part] = scored.to_record() if scored else None
    return found


def _phase_of(run: Run, epochs: Sequence[EpochEnded]) -> int:
    return next(epoch.phase for epoch in epochs if epoch.epoch == run.results["best_epoch"])
