"""How what the processor makes comes to the device."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core.data.geometry import Geometry
from core.data.sources import load_dataset
from core.errors import UnreadableImage
from core.experiment import PipelineSpec
from core.features import batches as batch_module
from core.features import precision as module
from core.features.batches import AHEAD, Sample, ahead, batches, chunked, shuffled
from core.features.transfer import sent

GEOMETRY, OTHER = Geometry(32, 40, "bilinear"), PipelineSpec(strength=0.5)


class Told:
    """Stands for a tensor; notes what is done with it."""

    def __init__(self):
        self.calls = []

    def pin_memory(self):
        self.calls.append("pinned")
        return self

    def to(self, device, non_blocking=False):
        self.calls.append((device.type, non_blocking))
        return self


@pytest.mark.parametrize(
    ("device", "calls"),
    [("cuda", ["pinned", ("cuda", True)]), ("cpu", [("cpu", False)]), ("mps", [("mps", False)])],
)
def test_only_a_gpu_with_memory_of_its_own_fetches_beside_its_work(device, calls):
    tensor = Told()
    assert sent(tensor, torch.device(device)) is tensor
    assert tensor.calls == calls


def test_what_is_sent_to_the_processor_is_what_it_was():
    tensor = torch.rand(2, 3, 4).transpose(1, 2)
    assert sent(tensor, torch.device("cpu")) is tensor


def test_what_fails_is_named_and_the_others_keep_their_labels_and_order(divided, tmp_path):
    items = load_dataset(str(divided), tmp_path).items[:7]
    gone = {items[2].digest, items[6].digest}

    def read_pixels(item):
        if item.digest in gone:
            raise UnreadableImage(f"{item.name} has gone.")
        return Sample(np.full((4, 4, 3), items.index(item), np.uint8), item.label)

    first, second = batches([items[:4], items[4:]], read_pixels, 2)
    assert [len(first.items), len(second.items)] == [3, 2]
    assert first.images[:, 0, 0, 0].tolist() + second.images[:, 0, 0, 0].tolist() == [0, 1, 3, 4, 5]
    assert [*first.targets.tolist(), *second.targets.tolist()] == [items[n].label for n in (0, 1, 3, 4, 5)]
    assert [item.name for item in (*first.items, *second.items)] == [items[n].name for n in (0, 1, 3, 4, 5)]
    assert first.failed == ((items[2], f"{items[2].name} has gone."),)
    assert second.failed == ((items[6], f"{items[6].name} has gone."),)


@pytest.mark.parametrize("most", [1, 3])
def test_so_many_batches_are_in_the_making_at_once(most):
    asked = []
    chunks = [[SimpleNamespace(label=n)] for n in range(6)]
    made = batches(chunks, lambda item: asked.append(item.label) or Sample(np.zeros((1, 1, 3), np.uint8), 0), most)
    next(made)
    next(made)
    made.close()
    assert set(asked) <= set(range(most + 1))
    assert {0, 1} <= set(asked)


@pytest.mark.parametrize(
    ("count", "size", "lengths"),
    [(0, 4, []), (1, 4, [1]), (4, 4, [4]), (5, 4, [3, 2]), (8, 4, [4, 4]), (9, 4, [3, 3, 3]), (11, 4, [4, 4, 3])],
)
def test_chunks_are_as_few_as_can_be_and_nearly_alike(count, size, lengths):
    chunks = chunked(list(range(count)), size)
    assert [len(chunk) for chunk in chunks] == lengths
    assert [item for chunk in chunks for item in chunk] == list(range(count))


def test_an_order_is_of_its_seed_and_its_epoch_and_leaves_nothing_out():
    items = list(range(20))
    orders = {(seed, epoch): tuple(shuffled(items, seed, epoch)) for seed in (0, 1) for epoch in (0, 1, 2)}
    assert len(set(orders.values())) == 6
    assert all(sorted(order) == items for order in orders.values())
    assert tuple(shuffled(items, 1, 2)) == orders[1, 2]
    assert tuple(items) not in orders.values()


def test_one_batch_at_a_time_where_the_processor_itself_trains():
    assert ahead(torch.device("cpu")) == 1
    assert ahead(torch.device("cuda")) == AHEAD > 1


@pytest.mark.parametrize(
    ("precision", "quick", "frozen"),
    [("fp32", True, "fp32"), ("bf16", False, "bf16"), ("fp16", False, "fp16"), ("auto", True, "bf16"),
     ("auto", False, "fp32")],
)  # fmt: skip
def test_the_format_of_what_is_frozen(monkeypatch, precision, quick, frozen):
    monkeypatch.setattr(module, "is_quick_in_bf16", lambda device: quick)
    assert module.frozen_precision(torch.device("cpu"), precision) == frozen


@pytest.mark.parametrize(("noise", "fits"), [(0.0, True), (0.05, True), (0.2, False)])
def test_a_coarser_format_is_borne_where_every_image_keeps_its_direction(noise, fits):
    """Features whose first image turns by `noise` under autocast: 0.995 is a turn of a tenth."""

    def part(images):
        rows = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
        if torch.is_autocast_enabled("cpu"):
            rows = rows + torch.tensor([[0.0, noise], [0.0, 0.0]])
        return rows

    assert module.tolerates_precision(part, torch.zeros(2, 3), torch.device("cpu"), "bf16") is fits


@pytest.mark.parametrize(("precision", "dtype"), [("fp32", None), ("auto", None), ("bf16", torch.bfloat16)])
def test_autocast_is_on_for_the_formats_that_are_named(precision, dtype):
    with module.autocast_for(torch.device("cpu"), precision)():
        assert torch.is_autocast_enabled("cpu") is (dtype is not None)
        if dtype:
            assert torch.get_autocast_dtype("cpu") is dtype


def test_images_have_a_gigabyte_of_memory_and_more_on_disk_unless_others_share_theirs(monkeypatch):
    made = []
    monkeypatch.setattr(batch_module, "ImageCache", lambda *given: made.append(given) or "cache of its own")
    shared = batch_module.ImageViews(PipelineSpec(), GEOMETRY, 3, "shared")
    assert (shared.cache, made) == ("shared", [])
    own = batch_module.ImageViews(PipelineSpec(), GEOMETRY, 3)
    assert (own.cache, made) == ("cache of its own", [(GEOMETRY, 1 << 30, 16 << 30)])
    under = batch_module.ImageViews(PipelineSpec(), GEOMETRY, 3, "shared", ("other",), "targets").under(OTHER)
    assert (under.pipeline, under.geometry, under.seed, under.cache) == (OTHER, GEOMETRY, 3, "shared")
    assert (under.references, under.targets) == (("other",), "targets")
