"""Sizes of slices and groups, keys, formats and sentences of kept features, to the last one."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest
import torch

from core.errors import StorageFailed
from core.features import precision as formats
from core.features import store as storing
from core.features.batches import CLASS_INDEX, assembled
from core.features.groups import joined, merge_chunks, missing_items, slices
from core.features.shortage import as_out_of_memory
from core.features.sources import Features
from core.features.store import Block, Layout

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("count", "wide", "sizes"),
    [(0, 4, []), (1, 4, [1]), (8, 4, [8]), (9, 4, [8, 1]), (12, 4, [8, 4]), (13, 4, [8, 4, 1]), (41, 32, [8, 32, 1])],
)
def test_the_first_slice_is_of_eight_and_the_others_are_wide(count, wide, sizes):
    found = slices(range(count), wide)
    assert [len(one) for one in found] == sizes
    assert [item for one in found for item in one] == list(range(count))


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [([], []), ([3], [[3]]), ([3, 3, 3, 3], [[3], [3, 3], [3]]), ([1, 2, 4, 2, 1], [[1], [2, 4], [2, 1]]),
     ([1, 5, 2, 7, 1], [[1], [5], [2], [7], [1]]), ([1, 9, 1, 5], [[1], [9], [1, 5]])],
)  # fmt: skip
def test_neighbouring_batches_are_merged_up_to_a_slice_but_for_the_first(sizes, groups):
    chunks = [[n] * size for n, size in enumerate(sizes)]
    found = merge_chunks(chunks, 6)
    assert [[len(chunk) for chunk in group] for group in found] == groups
    assert [item for group in joined(found) for item in group] == [item for chunk in chunks for item in chunk]


def test_what_is_missing_comes_once_in_the_order_in_which_it_is_computed():
    items = [SimpleNamespace(digest=one) for one in "dbacab"]
    block = Block.empty(Layout((1,), (0,), torch.float32), 2)
    block.add(["c"], torch.zeros(1, 1))
    assert [one.digest for one in missing_items(items, {"a", "b", "c"}, block)] == ["b", "a"]
    assert [one.digest for one in missing_items(items, {"a", "c"}, None)] == ["a", "c"]


def features(**more):
    given = {
        "name": "n",
        "pixels": SimpleNamespace(),
        "autocast": None,
        "device": CPU,
        "keep": True,
        "store": None,
    } | more
    return Features(lambda images: images, SimpleNamespace(), **given)


def test_what_is_too_large_and_what_cannot_be_stored_is_said_once():
    class Full:
        failed, disk_bytes = False, 4 << 30

        def save(self, *_):
            raise StorageFailed("The disk is full.")

    store = Full()
    made = features(store=store, row_bytes=3_000_000)
    for images in (700, 900):
        made._note_not_kept(images)
        made._save("key", Block.empty(Layout((1,), (0,), torch.float32), 2))
    assert store.failed
    assert made.notes == [
        "The features of one view of 700 images would take 2 GB; at most 1 GB are kept. They are computed anew at "
        "every epoch. Freeze more stages or choose a smaller image size to have them kept.",
        "Features are not kept for later runs: The disk is full. What exceeds 1 GB is computed anew at every epoch.",
    ]


@pytest.mark.parametrize(("rows", "kept"), [(1 << 20, True), ((1 << 20) + 1, False)])
def test_a_view_of_exactly_a_gigabyte_is_kept(rows, kept):
    made = features(row_bytes=1 << 10)
    assert made._fit(None, range(rows)) is kept


def test_limits_of_what_is_kept():
    limits = (storing.MEMORY_BYTES, storing.DISK_BYTES, storing.STALE_S, storing.DEVICE_SHARE)
    assert limits == (2**30, 2**32, 3600, 0.5)
    row = Layout.of(torch.zeros(2, 3, 4, 5, dtype=torch.bfloat16).to(memory_format=torch.channels_last))
    assert (row.shape, row.order, row.stored, row.row_bytes) == ((3, 4, 5), (1, 2, 0), (4, 5, 3), 120)


@pytest.mark.parametrize(
    ("kind", "quick", "frozen", "trained"),
    [("cpu", True, "bf16", "fp32"), ("cpu", False, "fp32", "fp32"), ("cuda", True, "bf16", "bf16"),
     ("cuda", False, "fp32", "fp16"), ("mps", True, "fp32", "fp32")],
)  # fmt: skip
def test_formats_that_are_chosen_by_themselves(monkeypatch, kind, quick, frozen, trained):
    asked = []
    monkeypatch.setattr(formats, "computes_in_bf16", lambda: quick)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **given: asked.append(given) or quick)
    monkeypatch.setattr(torch.cuda, "device", lambda device: nullcontext(asked.append(device)))
    device = torch.device(kind)
    assert (formats.frozen_precision(device, "auto"), formats.trained_precision(device, "auto")) == (frozen, trained)
    for named in ("fp32", "bf16", "fp16"):
        assert formats.frozen_precision(device, named) == formats.trained_precision(device, named) == named
    assert asked == [device, {"including_emulation": False}] * (2 if kind == "cuda" else 0), "of that card"


@pytest.mark.parametrize(
    ("error", "memory"),
    [(MemoryError(), True), (RuntimeError("CUDA out of memory. Tried"), True), (RuntimeError("not enough"), False),
     (RuntimeError("can't allocate memory: you tried"), True), (ValueError("out of memory"), False),
     (RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 3"), True)],
)  # fmt: skip
def test_errors_of_memory_are_known_by_what_they_say(error, memory):
    with pytest.raises(torch.OutOfMemoryError if memory else type(error)) as raised, as_out_of_memory():
        raise error
    assert (raised.value is not error) == memory
    assert str(raised.value) == str(error)


def test_a_batch_of_shared_pixels_leaves_out_what_failed():
    chunk = [SimpleNamespace(label=n, name=str(n)) for n in (4, 5, 6)]
    views = SimpleNamespace(targets=CLASS_INDEX, target=lambda item, number: item.label * 10 + number)
    images = torch.arange(9).reshape(3, 1, 1, 3).numpy()
    whole = assembled(chunk, images, (None, None, None), views, 2)
    assert whole.images is images
    assert (whole.targets.tolist(), whole.failed) == ([42, 52, 62], ())
    part = assembled(chunk, images, (None, "gone", None), views, 1)
    assert part.images.reshape(-1).tolist() == [0, 1, 2, 6, 7, 8]
    assert (part.targets.tolist(), part.items) == ([41, 61], (chunk[0], chunk[2]))
    assert part.failed == ((chunk[1], "gone"),)


def test_rows_of_a_file_take_no_memory_of_their_own():
    layout = Layout((2,), (0,), torch.float32)
    assert Block(layout, torch.zeros(3, 2)).memory_bytes == 24
    assert Block(layout, torch.zeros(3, 2), mapped=True).memory_bytes == 0
    assert Block(layout, torch.zeros(3, 2, device="meta")).memory_bytes == 0
