"""Fetching pretrained weights before a training, so that it can be watched and cancelled."""

from collections.abc import Iterator
from multiprocessing.pool import ThreadPool
from queue import SimpleQueue

from core.backbones import catalogue
from core.backbones.pretrained.weights import is_local, pretrained_state
from core.experiment import Experiment
from core.work.control import Aborted, Control, Signal, StoppedEarly


def downloaded(experiment: Experiment, control: Control) -> Iterator[tuple[int, int]]:
    """Fetch pretrained weights that are not on this machine; yields bytes received and bytes in all (0: not known).

    Raises `StoppedEarly`, `Aborted`, `WeightsUnavailable`.
    """
    backbone = catalogue.get(experiment.backbone.name)
    if experiment.backbone.weights != "default" or is_local(backbone):
        return
    advances: SimpleQueue[tuple[int, int]] = SimpleQueue()
    with ThreadPool(1) as pool:
        fetched = pool.apply_async(pretrained_state, (backbone, lambda done, total: advances.put((done, total))))
        while not fetched.ready():
            fetched.wait(0.3)
            if (signal := control.at_batch()) is not Signal.GO:
                raise Aborted if signal is Signal.ABORT else StoppedEarly
            control.over()  # nothing is computed meanwhile: others may have the device
            latest = None
            while not advances.empty():
                latest = advances.get()
            if latest is not None:
                yield latest
        fetched.get()
