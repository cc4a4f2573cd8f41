"""A frozen prefix that counts, its sources, and what they give."""

import torch

from core.backbones.catalogue import get
from core.data.geometry import Geometry
from core.experiment import PipelineSpec, Step
from core.features.batches import ImageViews, Normalise, chunked
from core.features.pixels import Pixels
from core.features.precision import autocast_for
from core.features.sources import Features

CPU = torch.device("cpu")
SHORTAGES = [  # what torch 2.15 says, where there is no memory left: of a GPU, on Linux, on Windows, of an Apple GPU
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB."),
    RuntimeError("[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:116] data. DefaultCPUAllocator: not enough memory: you tried to allo"
                 "cate 8 bytes."),
    RuntimeError("MPS backend out of memory (MPS allocated: 18.13 GB, max allowed: 18.13 GB)."),
    MemoryError("Unable to allocate 8.00 GiB for an array"),
]  # fmt: skip
FLIPS = PipelineSpec(steps=(Step(transform="HorizontalFlip", p=0.5), Step(transform="Rotate", p=1.0)))


class Counting:
    """A frozen prefix that remembers how many images it was given at a time."""

    def __init__(self, most=10**9, error=None):
        self.widths = []
        self.most = most
        self.error = error or torch.OutOfMemoryError()
        self.weight = torch.randn(5, 3 * 32 * 32, generator=torch.Generator().manual_seed(0))

    def __call__(self, images):
        if len(images) > self.most:
            raise self.error
        self.widths.append(len(images))
        return torch.nn.functional.linear(images.flatten(1)[:, : self.weight.shape[1]], self.weight)

    @property
    def seen(self):
        """Images since this was asked last."""
        total = sum(self.widths)
        self.widths.clear()
        return total


def some_pixels(pipeline=FLIPS, seed=0, size=32, resized=32, interpolation="bilinear", backbone="resnet18"):
    geometry = Geometry(size, resized, interpolation)
    return Pixels(ImageViews(pipeline, geometry, seed), Normalise(get(backbone), CPU))


def some_features(
    part, store=None, *, pixels=None, name="weights|cut", keep=True, precision="fp32", row_bytes=0
):  # fmt: skip
    pixels = pixels or some_pixels()
    return Features(
        part,
        pixels,
        name=name,
        pixels=pixels,
        autocast=autocast_for(CPU, precision),
        device=CPU,
        keep=keep,
        store=store,
        row_bytes=row_bytes,
    )


def rows(source, items, view, size=7):
    """The inputs of every item by name, and what failed; the batches are as they were asked for."""
    chunks, found, failed = chunked(items, size), {}, {}
    for chunk, inputs in zip(chunks, source.batches(chunks, view, items), strict=True):
        reasons = {item.name: reason for item, reason in inputs.failed}
        assert [item.name for item in inputs.items] == [item.name for item in chunk if item.name not in reasons]
        assert inputs.targets.tolist() == [item.label for item in inputs.items]
        assert len(inputs.tensor) == len(inputs.items)
        found |= {item.name: row for item, row in zip(inputs.items, inputs.tensor, strict=True)}
        failed |= reasons
    return found, failed


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def nearly(first, second):
    """Equal but for rounding: a row of a wide product is not summed in the order of a narrow one."""
    assert first.keys() == second.keys()
    for name in first:
        torch.testing.assert_close(first[name], second[name], rtol=1e-4, atol=1e-4)


def directly(items, view, pixels=None):
    return {name: Counting()(row[None])[0] for name, row in rows(pixels or some_pixels(), items, view)[0].items()}
