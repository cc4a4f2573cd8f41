"""What a run keeps on disk: the best weights, and the whole state after the last epoch."""

import io
import math
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load, save
from torch import Tensor, nn

from core import files
from core.errors import ResumeRefused, UnreadableWeights
from core.features.transfer import copied_here, mark
from core.model.record import ModelRecord
from core.paths import CHECKPOINT as LAST
from core.training.events import CheckpointWritten
from core.training.kept import BEST, LAST_WEIGHTS

__all__ = [
    "BEST",
    "LAST",
    "LAST_WEIGHTS",
    "START",
    "Checkpoints",
    "Position",
    "Saver",
    "State",
    "load_best",
    "load_weights",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a training stands after an epoch. `best_loss` is what the recipe monitors at the epoch that is kept.

    `best_value` and `best_each` are what the kept epoch is chosen by (`Compared`), `best_each` with a NaN for an image
    that could not be read. A checkpoint of an older version has neither.
    """

    epoch: int
    phase: int
    step: int
    epoch_in_phase: int  # epochs of this phase that are done
    stale_epochs: int  # epochs of this phase since its lowest value
    phase_over: bool
    phase_best: float
    best_loss: float
    best_epoch: int
    best_phase: int
    best_value: float | None = None
    best_each: tuple[float, ...] = ()
    thresholds: tuple[float, ...] | None = None  # of this epoch, where the task has some
    best_thresholds: tuple[float, ...] | None = None  # of the kept one


START = Position(
    epoch=-1, phase=0, step=0, epoch_in_phase=0, stale_epochs=0, phase_over=False, phase_best=math.inf,
    best_loss=math.inf, best_epoch=-1, best_phase=-1,
)  # fmt: skip


class Precisions(NamedTuple):
    """Number formats with which a run began, and goes on: of frozen stages, and of those that are trained."""

    frozen: str
    trained: str


@dataclass(frozen=True, slots=True)
class State:
    """A checkpoint read back: tensors on the CPU."""

    position: Position
    model: dict[str, Tensor]
    optimizer: dict[str, Any]
    scaler: dict[str, Any]
    precisions: Precisions


class HasState(Protocol):
    """A model, an optimizer or a scaler, or what one was."""

    def state_dict(self) -> Mapping[str, Any]: ...


class Checkpoints:
    """Best weights and resumable state in one folder; each file is whole or not there."""

    def __init__(self, folder: Path, experiment_digest: str, fingerprint: str) -> None:
        self.folder = folder
        self._makes_folder = not folder.is_dir()  # one that was there and is deleted meanwhile is not made anew
        self._identity = {"experiment": experiment_digest, "data": fingerprint}

    @property
    def exist(self) -> bool:
        """Whether there is a state to go on from."""
        return (self.folder / LAST).exists()

    def save_best(self, model: HasState, record: ModelRecord) -> None:
        """Weights as safetensors, with the model's record in the file."""
        self._save(BEST, model.state_dict(), record)

    def save_last_weights(self, best_epoch: int, record: ModelRecord) -> None:
        """The weights of the last state beside the best ones, where they are another epoch's."""
        state = self.load_last()
        if state is not None and state.position.epoch != best_epoch:
            at = state.position
            self._save(LAST_WEIGHTS, state.model, record.changed(epoch=at.epoch, thresholds=at.thresholds))

    def _save(self, name: str, weights: Mapping[str, Tensor], record: ModelRecord) -> None:
        tensors = {key: tensor.detach().cpu().contiguous() for key, tensor in weights.items()}
        content = save(tensors, metadata=record.to_metadata())
        files.write_bytes(self.folder / name, content, make_folder=self._makes_folder)

    def save_last(
        self, model: HasState, optimizer: HasState, scaler: HasState, position: Position, precisions: Precisions
    ) -> None:
        """Everything needed to go on exactly from here."""
        buffer = io.BytesIO()  # a full disk must not break the file that is there: write whole bytes atomically
        content = {
            "identity": self._identity,
            "position": asdict(position),
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "scaler": scaler.state_dict(),
            "frozen_precision": precisions.frozen,
            "trained_precision": precisions.trained,
        }
        torch.save(content, buffer)
        files.write_bytes(self.folder / LAST, buffer.getbuffer(), make_folder=self._makes_folder)

    def load_last(self) -> State | None:
        """The last state, or None when no epoch was finished, or the best weights so far are gone.

        Raises `ResumeRefused` when the file is damaged or belongs to other data or another experiment.
        """
        path = self.folder / LAST
        if not path.exists():
            return None
        try:
            content = torch.load(path, map_location="cpu", weights_only=True)
            position = Position(**content["position"])
            identity = content["identity"]
            state = State(
                position,
                content["model"],
                content["optimizer"],
                content["scaler"],
                # earlier versions trained in fp32 wherever a recipe did not say otherwise
                Precisions(content.get("frozen_precision", "fp32"), content.get("trained_precision", "")),
            )
        except (RuntimeError, KeyError, TypeError, EOFError, OSError, ValueError, zipfile.BadZipFile) as error:
            raise ResumeRefused(f"{path.name} cannot be read ({error}). Start the run again.") from error
        except Exception as error:  # torch raises its own UnpicklingError for a file that is not a plain checkpoint
            raise ResumeRefused(
                f"{path.name} is not a checkpoint that is safe to load. Start the run again."
            ) from error
        if position.best_epoch not in (-1, position.epoch) and not (self.folder / BEST).exists():
            return None  # somebody deleted the best weights: what follows could not be chosen from
        for what, expected in self._identity.items():
            if identity.get(what) != expected:
                raise ResumeRefused(
                    f"The checkpoint was made with another {what} than the run has now. "
                    "Restore the images and settings, or start a new run."
                )
        return state


class Saver:
    """Has a run's checkpoints written: beside a device in a thread of its own, while it goes on to train."""

    def __init__(self, checkpoints: Checkpoints, device: torch.device) -> None:
        self._checkpoints = checkpoints
        self._device = device
        self._copies: dict[str, Tensor] = {}
        self._writing: threading.Thread | None = None
        self._error: Exception | None = None
        self._written: CheckpointWritten | None = None

    def save(
        self, parts: tuple[HasState, HasState, HasState], position: Position, precisions: Precisions,
        record: ModelRecord | None, *, partial: bool,
    ) -> None:  # fmt: skip
        """Write model, optimizer and scaler as they are now, and what was written before must be settled.

        `record`: of a model that is the best one so far; it is written after the state, which has its weights too.
        `partial`: the epoch was cut short, and there is no state to go on from. Raises `StorageFailed` or, beside a
        device, has `settled` raise it.
        """
        beside = self._device.type != "cpu"
        model, optimizer, scaler = self._as_they_are(parts) if beside else parts

        def write() -> None:
            if not partial:
                self._checkpoints.save_last(model, optimizer, scaler, position, precisions)
            if record is not None:
                self._checkpoints.save_best(model, record)

        self._written = None if partial else CheckpointWritten(epoch=position.epoch, best=record is not None)
        if not beside:
            write()
            return
        self._writing = threading.Thread(target=self._try, args=(write,), name="checkpoint")
        self._writing.start()

    def settled(self) -> Iterator[CheckpointWritten]:
        """Wait until what was to be saved is written, and tell it. Raises `StorageFailed`."""
        self.wait()
        error, self._error = self._error, None
        if error is not None:
            raise error
        written, self._written = self._written, None
        if written is not None:
            yield written

    def wait(self) -> None:
        """Wait until nothing is written any more."""
        if self._writing is not None:
            self._writing.join()
            self._writing = None

    @property
    def at_once(self) -> bool:
        """Whether what is saved is written by then."""
        return self._device.type == "cpu"

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except Exception as error:  # whoever trains raises it
            self._error = error

    def _as_they_are(self, parts: Sequence[HasState]) -> tuple["_Snapshot", ...]:
        found = tuple(_Snapshot(self._copied(str(n), part.state_dict())) for n, part in enumerate(parts))
        if self._device.type == "cuda":
            mark(self._device).synchronize()
        return found

    def _copied(self, place: str, value: Any) -> Any:
        if isinstance(value, Tensor):
            self._copies[place] = copied_here(value, self._copies.get(place))
            return self._copies[place]
        if isinstance(value, Mapping):
            return {key: self._copied(f"{place}/{key}", one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            copies = [self._copied(f"{place}/{n}", one) for n, one in enumerate(value)]
            return copies if isinstance(value, list) else tuple(copies)
        return value


class _Snapshot(NamedTuple):
    """What something was."""

    state: dict[str, Any]

    def state_dict(self) -> dict[str, Any]:
        return self.state


def load_best(folder: Path, model: nn.Module) -> None:
    """Put the best weights of a run into `model`. Raises `UnreadableWeights` when the file is missing or damaged."""
    load_weights(folder / BEST, model)


def load_weights(path: Path, model: nn.Module) -> None:
    """Put the weights of a file into `model`. Raises `UnreadableWeights` when it is missing or damaged."""
    try:
        with safe_open(path, framework="pt") as file:  # checks the header before anything is read
            file.keys()
        model.load_state_dict(load(path.read_bytes()))
    except (OSError, SafetensorError, RuntimeError) as error:
        raise UnreadableWeights(f"The weights in {path} cannot be used: {error}") from error
