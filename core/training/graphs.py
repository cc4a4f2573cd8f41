"""Steps that are recorded once as a CUDA graph and replayed: what limits a small network on a fast GPU is not what its
kernels compute, but that they are launched one by one.

A graph computes what the launched step computes. That it does is checked with another batch when it is recorded, that
it is quicker is measured; else every step is launched as before. Seeds, clipping and the optimizer's update stay
outside. Only where the user asks for it: it has not been seen at work on enough graphics cards.
https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs
"""

import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.backbones.rng import seeded
from core.errors import InvalidInput
from core.text import short

VARIABLE = "GRAFT_CUDA_GRAPHS"  # 1: steps are replayed where that is quicker
FEWEST_STEPS = 500  # left of a phase, from which on it pays to find out
MOST = 4  # sizes of batches
TURNS = 10  # steps of which each way is timed
WARM_UP = 3  # steps before that, in which a library chooses its kernels
QUICKER = 0.95  # of the time, which a replayed step may take at most
SAME = 0.05  # of the gradient's length, by which it may differ: bf16 and sums in another order
logger = logging.getLogger(__name__)
_one_at_a_time = Lock()  # a process records one graph at a time


class Computed(NamedTuple):
    """Loss of a batch and how many images are correctly classified, scalars; the gradients are in the parameters."""

    loss: Tensor
    correct: Tensor


Work = Callable[[Tensor, Tensor], Computed]
Record = Callable[[Callable[[], Computed], torch.device], tuple[Computed, Callable[[], None]]]


def wanted() -> bool:
    """Whether the user asks for it. Raises `InvalidInput` where what is said is neither yes nor no."""
    said = os.environ.get(VARIABLE, "").strip()
    if said not in ("", "0", "1"):
        raise InvalidInput(
            f"The variable {VARIABLE} is '{short(said)}'. It must be 1 (steps are replayed as CUDA graphs where that "
            "is quicker) or 0. Change it, or remove it."
        )
    return said == "1"


def usable(device: torch.device) -> bool:
    """Whether steps are to be recorded on a device. Raises what `wanted` raises."""
    return device.type == "cuda" and wanted()


def record(work: Callable[[], Computed], device: torch.device) -> tuple[Computed, Callable[[], None]]:
    """Record what `work` launches. The tensors that it gives, and the gradients, hold what each replay computes."""
    graph = torch.cuda.CUDAGraph()
    # the stream is the device's own: the class keeps one of whichever device was the current one first. Other threads
    # may ask for memory meanwhile: pages, and whoever sends the next batch
    with (
        _one_at_a_time,
        torch.cuda.device(device),
        torch.cuda.graph(graph, stream=torch.cuda.Stream(device), capture_error_mode="thread_local"),
    ):
        made = work()
    return made, graph.replay


@dataclass(frozen=True)
class _Recorded:
    inputs: Tensor
    targets: Tensor
    made: Computed
    gradients: tuple[tuple[nn.Parameter, Tensor], ...]
    replay: Callable[[], None]


class StepGraphs:
    """The recorded steps of one phase, one for each size of batch."""

    broken = False  # a recording has failed: torch promises nothing about another one in this process

    def __init__(self, model: nn.Module, device: torch.device, record_it: Record = record) -> None:
        self._model, self._device, self._record = model, device, record_it
        self._recorded: dict[tuple[object, ...], _Recorded] = {}
        self._over = False  # nothing more is recorded
        self.notes: list[str] = []  # for the user; callers remove what they show

    def step(self, work: Work, inputs: Tensor, targets: Tensor, seed: int, steps_left: int) -> Computed | None:
        """Compute a batch by replaying `work`, which leaves its gradients in the model's parameters; None: it must be
        launched."""
        key = (inputs.shape, inputs.dtype, targets.shape, targets.dtype)
        if key not in self._recorded:
            if self._over or StepGraphs.broken or steps_left < FEWEST_STEPS or len(self._recorded) >= MOST:
                return None
            recorded = self._recording(work, inputs, targets, seed)
            if recorded is None:
                self._over = True
                return None
            self._recorded[key] = recorded
        return self._replayed(self._recorded[key], inputs, targets, seed)

    def forget(self) -> None:
        """Give the memory of what was recorded back, and record nothing more."""
        self._recorded.clear()
        self._over = True

    def _replayed(self, recorded: _Recorded, inputs: Tensor, targets: Tensor, seed: int) -> Computed:
        recorded.inputs.copy_(inputs)
        recorded.targets.copy_(targets)
        with seeded(seed, self._device):  # what is drawn depends on the seed at the time of replaying
            recorded.replay()
        for parameter, gradient in recorded.gradients:
            parameter.grad = gradient
        return Computed(recorded.made.loss.clone(), recorded.made.correct.clone())  # the next replay writes over them

    def _recording(self, work: Work, inputs: Tensor, targets: Tensor, seed: int) -> _Recorded | None:
        """Record a step, check it and time it; None where it is no gain. Weights and buffers stay as they are."""
        buffers = [(buffer, buffer.clone()) for buffer in self._model.buffers()]
        try:
            return self._if_better(work, inputs, targets, seed)
        except torch.OutOfMemoryError:
            self.forget()
            return None
        except RuntimeError as error:
            StepGraphs.broken = True
            logger.warning("Steps are launched one by one, because they could not be recorded: %s", error)
            self.forget()
            return None
        finally:
            with torch.no_grad():
                for buffer, before in buffers:
                    buffer.copy_(before)
            self._forget_gradients()

    def _if_better(self, work: Work, inputs: Tensor, targets: Tensor, seed: int) -> _Recorded | None:
        # to be compared with another batch than the recorded one: what does nothing when it is replayed would pass
        others, other_targets = 0.5 * inputs, targets.roll(1, 0)

        def launched() -> Computed:
            self._forget_gradients()
            with seeded(seed, self._device):
                return work(others, other_targets)

        def replayed() -> Computed:
            return self._replayed(recorded, others, other_targets, seed)

        for _ in range(WARM_UP):
            launched()
        wanted = launched().loss.clone()
        gradients = [(parameter, gradient.clone()) for parameter, gradient in self._gradients()]
        launching_s = self._seconds(launched)
        self._forget_gradients()
        held, aims = inputs.clone(), targets.clone()
        made, replay = self._record(lambda: work(held, aims), self._device)
        recorded = _Recorded(held, aims, made, tuple(self._gradients()), replay)
        for tensor in (made.loss, *(gradient for _, gradient in recorded.gradients)):
            tensor.fill_(torch.nan)
        found = replayed().loss
        if not self._same(found, wanted, gradients):
            logger.warning("Steps are launched one by one, because a recorded one computed something else.")
            self.forget()
            return None
        replaying_s = self._seconds(replayed)
        if replaying_s > QUICKER * launching_s:
            return None
        self.notes.append(
            f"Each step is replayed as one CUDA graph: {1000 * replaying_s:.2g} ms instead of "
            f"{1000 * launching_s:.2g} ms."
        )
        return recorded

    def _gradients(self) -> list[tuple[nn.Parameter, Tensor]]:
        return [(one, one.grad) for one in self._model.parameters() if one.grad is not None]

    def _forget_gradients(self) -> None:
        for parameter in self._model.parameters():
            parameter.grad = None

    def _same(self, loss: Tensor, wanted: Tensor, gradients: Sequence[tuple[nn.Parameter, Tensor]]) -> bool:
        """Whether loss and gradients are those of the launched step."""
        found = dict(self._gradients())
        if found.keys() != dict(gradients).keys():
            return False
        length = torch.stack([gradient.float().norm() for _, gradient in gradients]).norm()
        apart = torch.stack([(found[own] - gradient).float().norm() for own, gradient in gradients]).norm()
        close = (loss - wanted).abs() <= SAME * wanted.abs()
        return bool(close & (apart <= SAME * length))

    def _seconds(self, step: Callable[[], Computed]) -> float:
        """Of a step, on average over some."""
        self._wait()
        began = time.perf_counter()
        for _ in range(TURNS):
            step()
        self._wait()
        return (time.perf_counter() - began) / TURNS

    def _wait(self) -> None:
        if self._device.type != "cpu":
            torch.accelerator.synchronize(self._device)
