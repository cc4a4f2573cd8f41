"""Cutting a model patches all modules of the process while it lasts; what other threads compute must not notice."""

import threading

import torch
from torch import nn

from core.backbones.build import build
from core.backbones.split import parts
from core.backbones.stages import stages
from core.experiment import BackboneSpec

SMALL = BackboneSpec(name="mobilenet_v3_small", weights="none", image_size=32)


def test_a_model_runs_on_while_others_are_cut_in_two_threads():
    before = nn.Module.__call__, nn.Module.__getattr__
    trained = build(SMALL, 2, seed=0).eval()
    cut = [build(SMALL, 2, seed=seed).eval() for seed in (1, 2)]
    images = torch.zeros(2, 3, 32, 32)
    with torch.no_grad():
        expected = trained(images)
    wrong: list[BaseException] = []
    over = threading.Event()

    def guarded(work):
        try:
            work()
        except BaseException as error:
            wrong.append(error)

    def run_on():
        with torch.no_grad():
            while not over.is_set():
                assert torch.equal(trained(images), expected)

    def cut_again(model):
        for _ in range(8):
            made = parts(model, stages(model, SMALL.name))
            assert len(made.cuts) > 1  # a trace that met a foreign module would fall back to the head alone

    running = threading.Thread(target=guarded, args=(run_on,))
    cutting = [threading.Thread(target=guarded, args=(lambda model=model: cut_again(model),)) for model in cut]
    running.start()
    for thread in cutting:
        thread.start()
    for thread in cutting:
        thread.join()
    over.set()
    running.join()
    assert wrong == []
    assert (nn.Module.__call__, nn.Module.__getattr__) == before
