"""Execute a run and record it: events in the store, files in its folder, while holding its lock."""

import time
import traceback
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial

import torch

from core.errors import GraftError, OutOfMemory, RunConflict, StorageFailed, TrainingFailed, UnusableDataset
from core.experiment import AS_FOUND, Experiment, Reading
from core.features.phase_inputs import PhaseInput
from core.features.shortage import as_out_of_memory
from core.runs import artifacts
from core.runs.download import downloaded
from core.runs.leases import RunLease, lease_run
from core.runs.outbox import patiently
from core.runs.prepare import OnProgress, Prepared, divided_as_begun, prepare, require_same_data, require_weights
from core.runs.recorder import Recorder
from core.runs.records import Run
from core.runs.scoring import PARTS, exact_input, score_part
from core.runs.status import Status
from core.runs.unwritten import take_in
from core.runs.workspace import INTERRUPTED, Workspace
from core.text import storable
from core.training.checkpoints import Checkpoints, load_best
from core.training.events import Event, RunEnded, Warned
from core.training.kept import Kept, forget_last
from core.training.limits import limit_of_run
from core.training.loop import train
from core.training.setup import Setup, set_up
from core.training.step import OUT_OF_MEMORY
from core.work.control import Aborted, Control, StoppedEarly
from core.work.progress import READING, Progress

TOLD_EVERY_S = 0.3  # while images are read


def create_run(workspace: Workspace, prepared: Prepared, name: str = "") -> RunLease:
    """Add a new run to the store as queued. Raises `StorageFailed`."""
    run_id, experiment = workspace.new_run_id(), prepared.experiment
    require_weights(experiment)
    lease = lease_run(workspace, run_id)
    try:
        artifacts.write_description(workspace.folder(run_id), experiment, prepared.listing)
        artifacts.write_division(workspace.folder(run_id), prepared.dataset, prepared.split)
        with workspace.store.together():
            workspace.store.add(
                Run(
                    id=run_id,
                    name=storable(name) or default_name(experiment, prepared.dataset.name),
                    status=Status.QUEUED,
                    experiment=experiment,
                    digest=experiment.digest,
                    device=str(prepared.device),
                    classes=prepared.dataset.classes,
                    test_key=artifacts.test_key(prepared.dataset, prepared.split),
                    created_at=time.time(),
                )
            )
            for note in prepared.notes:
                workspace.store.log(run_id, note, "warning")
    except BaseException:
        workspace.forget(run_id)
        lease.lock.release()
        raise
    return lease


def reopen_run(
    workspace: Workspace, run_id: str, device: str | None = None, on_progress: OnProgress | None = None
) -> RunLease:
    """Queue a stopped, interrupted or failed run again, to continue from its last checkpoint, possibly on another
    device.

    Earlier results about its model are deleted, because the weights will change.
    Raises `RunNotFound`, `RunConflict` (it is live, or complete), `ResumeRefused` (its images have changed),
    `UnknownDevice`.
    """
    run = workspace.store.run(run_id)
    if not run.status.resumable:
        raise RunConflict(f"Run {run_id} is {run.status.value}; only stopped, interrupted or failed runs are resumed.")
    lease = lease_run(workspace, run_id)
    try:
        take_in(workspace.store, run_id, workspace.folder(run_id))
        prepared = prepare_again(workspace, replace(run, device=device or run.device), on_progress)
        if not artifacts.is_described(workspace.folder(run_id)):  # the folder was deleted
            artifacts.write_description(workspace.folder(run_id), run.experiment, prepared.listing)
        workspace.store.set_device(run_id, str(prepared.device))
        workspace.store.set_results(run_id, {})
        artifacts.forget_predictions(workspace.folder(run_id))
        forget_last(workspace.folder(run_id))
        workspace.store.move(run_id, Status.QUEUED)
    except BaseException:
        lease.lock.release()
        raise
    return lease


def prepare_again(workspace: Workspace, run: Run, on_progress: OnProgress | None = None) -> Prepared:
    """The run's images as they are now, divided as they were, with the classes in the order that the run
    learned them.

    Raises `ResumeRefused` when they are not those it began with.
    """
    prepared = _prepared_as_before(workspace, run, on_progress)
    listing = artifacts.read_listing(workspace.folder(run.id))
    require_same_data(prepared, run.experiment.data.fingerprint, listing)
    return divided_as_begun(prepared, artifacts.read_division(workspace.folder(run.id)), listing)


def _prepared_as_before(workspace: Workspace, run: Run, on_progress: OnProgress | None) -> Prepared:
    """Runs of before folders were asked about took every folder for a class; their fingerprint tells."""
    experiment = run.experiment
    wanted = experiment.data.fingerprint
    plain = experiment.data.model_copy(update={"reading": Reading(layout="folders")})
    prepare_it = partial(
        prepare, root=workspace.root, device=run.device, classes=run.classes, images=workspace.images,
        on_progress=on_progress,
    )  # fmt: skip
    try:
        prepared = prepare_it(experiment)
        if prepared.dataset.fingerprint == wanted or experiment.data.reading != AS_FOUND:
            return prepared
    except UnusableDataset:
        if experiment.data.reading != AS_FOUND:
            raise
        return prepare_it(experiment.changed(data=plain))
    try:
        former = prepare_it(experiment.changed(data=plain))
    except UnusableDataset:
        return prepared
    return former if former.dataset.fingerprint == wanted else prepared


def execute(workspace: Workspace, lease: RunLease, control: Control) -> Iterator[Event]:
    """Run a queued run to its end and record it; yields its events, evaluation included.

    The run ends as completed, stopped, failed (with its message and traceback) or interrupted (aborted, or closed).
    Raises `GraftError`; an unexpected error comes as `TrainingFailed` from it.
    """
    store, run_id = workspace.store, lease.run_id
    try:
        patiently(store, partial(store.move, run_id, Status.RUNNING), control)
        with as_out_of_memory():
            ended = yield from _recorded(workspace, lease, control)
        if ended is None:
            _interrupt(workspace, run_id)
        else:
            lease.require_held()
            over = Status.STOPPED if ended.stopped else Status.COMPLETED
            patiently(store, partial(store.move, run_id, over), control)
    except (GeneratorExit, KeyboardInterrupt):
        _interrupt(workspace, run_id)
        raise
    except GraftError as error:
        _fail(workspace, run_id, str(error))
        raise
    except torch.OutOfMemoryError as error:
        _fail(workspace, run_id, OUT_OF_MEMORY)
        raise OutOfMemory(OUT_OF_MEMORY) from error
    except Exception as error:
        message = f"The run failed in an unexpected way: {type(error).__name__}: {error}"
        _fail(workspace, run_id, message)
        raise TrainingFailed(message) from error
    finally:
        lease.lock.release()


def release(workspace: Workspace, lease: RunLease, status: Status, message: str) -> None:
    """Release a run that was not executed."""
    try:
        workspace.store.move(lease.run_id, status, message=message)
    finally:  # a released lock has the same meaning for the next program
        lease.lock.release()


def default_name(experiment: Experiment, data: str) -> str:
    """The default name of a run."""
    start = " from scratch" if experiment.backbone.weights == "none" else ""
    return f"{data} · {experiment.backbone.name}{start}"


def _recorded(workspace: Workspace, lease: RunLease, control: Control) -> Generator[Event, None, RunEnded | None]:
    run, folder = workspace.store.run(lease.run_id), workspace.folder(lease.run_id)
    recorder = Recorder(workspace.store, run, control, folder, lease.require_held)
    control.on_wait = recorder.waits
    ended: RunEnded | None = None
    try:
        yield _taken(recorder, Progress(what="reading images", done=0, total=1))
        workers = workspace.workers(run.device.partition(":")[0])  # they start meanwhile
        prepared = prepare_again(workspace, run, _telling_of_reading(recorder, control))
        checkpoints = Checkpoints(folder, run.digest, run.experiment.data.fingerprint)
        if not checkpoints.exist:
            for done, total in downloaded(run.experiment, control):
                yield _taken(recorder, Progress(what="downloading the weights", done=done, total=total))
        yield _taken(recorder, Progress(what="loading the model", done=0, total=1))
        setup = set_up(
            run.experiment, prepared.dataset, prepared.split, device=prepared.device, checkpoints=checkpoints,
            features=workspace.features, images=workspace.images, workers=workers,
        )  # fmt: skip
        _forget_what_follows(workspace, run.id, checkpoints, control)
        for event in train(setup, control):
            ended = event if isinstance(event, RunEnded) else ended
            yield _taken(recorder, event)
            yield from recorder.news()
        recorder.settle()
        if ended is not None and ended.best_epoch is not None:
            checkpoints.save_last_weights(ended.best_epoch, setup.record)
            load_best(folder, setup.model)
            setup.model.eval()
            best = next(epoch for epoch in workspace.store.epochs(run.id) if epoch.epoch == ended.best_epoch)
            phase_input = exact_input(setup, best.phase)
            for event in _evaluated(workspace, run.id, setup, phase_input, prepared, recorder, ended, control):
                yield _taken(recorder, event)
        return ended
    except StoppedEarly:
        ended = RunEnded(stopped=True, epochs=0, best_epoch=None)
        yield _taken(recorder, ended)
        return ended
    except Aborted:
        return None
    finally:
        recorder.settle()


def _telling_of_reading(recorder: Recorder, control: Control) -> OnProgress:
    """Has pages see how far the reading is. What it gives raises `Aborted`."""
    told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told < TOLD_EVERY_S:
            return
        told = time.monotonic()
        if control.aborted:  # a stop ends it before the first batch: there is nothing to be kept yet
            raise Aborted
        recorder.take(Progress(what=READING, done=done, total=total))

    return tell


def _taken(recorder: Recorder, event: Event) -> Event:
    recorder.take(event)
    return event


def _forget_what_follows(workspace: Workspace, run_id: str, checkpoints: Checkpoints, control: Control) -> None:
    state = checkpoints.load_last()
    at = state.position if state else None
    forget = partial(
        workspace.store.truncate, run_id, epoch=at.epoch if at else -1, step=at.step if at else 0,
        phase=at.phase if at else -1,
    )  # fmt: skip
    patiently(workspace.store, forget, control)


def _evaluated(
    workspace: Workspace, run_id: str, setup: Setup, phase_input: PhaseInput, prepared: Prepared, recorder: Recorder,
    ended: RunEnded, control: Control,
) -> Iterator[Event]:  # fmt: skip
    folder = workspace.folder(run_id)
    results: dict[str, object] = {"best_epoch": ended.best_epoch, "epochs": ended.epochs, "test": None}
    results |= {"kept": Kept.CHOSEN.value, "kept_epoch": ended.best_epoch}
    for part, indices in (("val", prepared.split.val), ("test", prepared.split.test)):
        if not indices:
            continue
        yield Progress(what=f"evaluating the {PARTS[part]} images", done=0, total=len(indices))
        items = tuple(prepared.dataset.items[i] for i in indices)
        found, failed = yield from score_part(folder, part, setup, phase_input, items, control)
        for item, reason in failed:
            yield Warned(message=f"{item.name} could not be read and was not evaluated: {reason}")
        results[part] = found.to_record() if found else None
    epochs = workspace.store.epochs(run_id)
    results |= {
        "seconds": recorder.seconds,
        "images_per_second": sum(e.images_per_second for e in epochs) / max(1, len(epochs)),
    }
    if (limited := limit_of_run(epochs)) is not None:
        results |= {"limit": limited.by.value, "waited": limited.waited}
    patiently(workspace.store, partial(workspace.store.set_results, run_id, results), control)


def _interrupt(workspace: Workspace, run_id: str) -> None:
    _end(workspace, run_id, Status.INTERRUPTED, INTERRUPTED, "warning")


def _fail(workspace: Workspace, run_id: str, message: str) -> None:
    _end(workspace, run_id, Status.FAILED, message, "error", traceback.format_exc())


def _end(workspace: Workspace, run_id: str, status: Status, message: str, level: str, trace: str = "") -> None:
    """Record how a run ended, if possible; otherwise its released lock has the same meaning for the next program."""
    with suppress(StorageFailed), workspace.store.together():
        workspace.store.move(run_id, status, message=message, traceback=trace)
        workspace.store.log(run_id, message, level)
