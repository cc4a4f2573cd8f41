"""Views from processes: the same bytes as anywhere, whatever happens to the processes."""

import gc
import os
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from core import shared
from core.augment.presets import PRESETS
from core.augment.steps import default_step
from core.data.cache import ImageCache
from core.data.geometry import Geometry
from core.data.sources import load_dataset
from core.errors import UnknownTransform
from core.experiment import PipelineSpec, Step
from core.features.batches import ImageViews, batches, chunked
from core.features.workers import stream as module
from core.features.workers.pool import WorkerPool
from core.features.workers.stream import ViewStream
from tests.features.helpers import FLIPS
from tests.features.workers.conftest import kill_one, started
from tests.waiting import until

GEOMETRY = Geometry(32, 40)
REFERENCES = PipelineSpec(steps=(default_step("HistogramMatching").model_copy(update={"p": 1.0}),))
PIPELINES = {"flips": FLIPS, "references": REFERENCES, **{name: PRESETS[name] for name in ("light", "strong")}}


def views_of(items, pipeline=FLIPS, **options):
    return ImageViews(pipeline, GEOMETRY, 5, references=items, **options)


def by_threads(items, number, size=7, pipeline=FLIPS):
    sample = partial(views_of(items, pipeline).sample, number=number)
    return [batch.images for batch in batches(chunked(items, size), sample, 2)]


def by_workers(pool, items, number, size=7, pipeline=FLIPS):
    return [batch.images.copy() for batch in ViewStream(pool, views_of(items, pipeline), chunked(items, size), number)]


def same(found, wanted):
    return len(found) == len(wanted) and all((a == b).all() for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize("name", PIPELINES)
@pytest.mark.parametrize("number", [None, 3])
def test_processes_make_the_same_bytes_as_threads(pool, items, name, number):
    wanted = by_threads(items, number, pipeline=PIPELINES[name])
    assert same(by_workers(pool, items, number, pipeline=PIPELINES[name]), wanted)
    assert not same(by_workers(pool, items, 4, pipeline=PIPELINES[name]), wanted)


def test_the_number_of_processes_and_the_size_of_units_change_nothing(items, monkeypatch):
    wanted = by_threads(items, 2)
    for count, unit in ((1, 16), (3, 2)):
        monkeypatch.setattr(module, "UNIT", unit)
        pool = started(count)
        assert same(by_workers(pool, items, 2), wanted)
        pool.close()


def test_targets_and_items_are_those_of_the_batch(pool, items):
    chunks = chunked(items, 5)
    for chunk, batch in zip(chunks, ViewStream(pool, views_of(items), chunks, 0), strict=True):
        assert batch.items == tuple(chunk)
        assert batch.targets.tolist() == [item.label for item in chunk]
        assert batch.failed == ()


def test_several_labels_go_along(pool, tmp_path):
    from core.tasks.multilabel.task import MultiLabel

    dataset = load_dataset("sample:scenes", tmp_path)
    items, targets = dataset.items[:6], MultiLabel(dataset.classes)
    views = ImageViews(PRESETS["light"], GEOMETRY, 0, targets=targets)
    (batch,) = ViewStream(pool, views, [items], 1)
    assert (batch.targets == targets.collate([targets.read(item) for item in items])).all()
    assert batch.targets.shape == (6, len(dataset.classes))


def test_what_has_gone_is_named_and_the_others_keep_their_pixels(pool, items):
    wanted = by_threads(items[:5], 1, 5)[0]
    items[1].path.unlink()
    items[3].path.write_bytes(items[0].path.read_bytes())
    (batch,) = ViewStream(pool, views_of(items), [items[:5]], 1)
    assert [item.name for item in batch.items] == [items[n].name for n in (0, 2, 4)]
    assert (batch.images == wanted[[0, 2, 4]]).all()
    reasons = {item.name: reason for item, reason in batch.failed}
    assert "no such file" in reasons[items[1].name]
    assert "has changed" in reasons[items[3].name]


def test_an_image_is_decoded_once_by_whichever_process(pool, items, tmp_path):
    views = views_of(items, cache=ImageCache(GEOMETRY, 0, 1 << 24, tmp_path))
    first = [batch.images.copy() for batch in ViewStream(pool, views, chunked(items, 7), 0)]
    for item in items:
        item.path.unlink()
    assert same([batch.images.copy() for batch in ViewStream(pool, views, chunked(items, 7), 0)], first)
    assert views.cache.base(items[0]).shape == (40, 40, 3)  # and this process reads it from there, too


def test_what_this_process_has_decoded_the_others_need_not(pool, items):
    wanted = by_threads(items, 0)
    views = views_of(items)
    for item in items:
        views.plain(item)
        item.path.unlink()
    assert same([batch.images.copy() for batch in ViewStream(pool, views, chunked(items, 7), 0)], wanted)


def test_without_room_for_decoded_images_views_are_the_same(pool, items):
    views = views_of(items, cache=ImageCache(GEOMETRY, 0, 0))
    assert same([batch.images.copy() for batch in ViewStream(pool, views, chunked(items, 7), 0)], by_threads(items, 0))


def test_a_step_that_fails_fails_as_in_this_process(pool, items):
    spec = PipelineSpec(steps=(Step(transform="Rotate", p=1.0),))
    views = views_of(items, spec)
    views.pipeline = spec.model_copy(update={"steps": (Step(transform="NoSuchThing", p=1.0),)})
    with pytest.raises(UnknownTransform, match="NoSuchThing"):
        list(ViewStream(pool, views, [items[:3]], 0))
    assert same(by_workers(pool, items, 0), by_threads(items, 0))  # and the workers live on


def test_a_killed_worker_is_replaced_and_the_batches_are_the_same(pool, items):
    many, wanted = list(items) * 6, by_threads(list(items) * 6, 1)
    found = []
    for n, batch in enumerate(ViewStream(pool, views_of(items), chunked(many, 7), 1)):
        found.append(batch.images.copy())
        if n in (1, 5, 9):
            kill_one(pool, n)
    assert same(found, wanted)
    assert pool.wait(60)
    assert len(set(pool.processes)) == 2


def test_an_image_that_ends_its_worker_again_and_again_is_left_out(items, booted):
    booted(
        "import os\n"
        "from core.data import cache\n"
        "plain = cache.decode\n"
        f"cache.decode = lambda path, scale: os._exit(9) if path.name == {items[4].path.name!r} and "
        f"path.parent.name == {items[4].path.parent.name!r} else plain(path, scale)"
    )
    pool = started(1)
    (batch,) = ViewStream(pool, views_of(items), [items[:9]], 0)
    assert [item for item, _ in batch.failed] == [items[4]]
    assert "ended 3 times" in batch.failed[0][1]
    assert "short of memory" in batch.failed[0][1]
    assert (batch.images == np.delete(by_threads(items[:9], 0, 9)[0], 4, 0)).all()
    pool.close()


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "import os; os._exit(9)"])
def test_where_no_worker_starts_the_views_are_made_here(items, booted, code):
    booted(code)
    pool = WorkerPool(2)
    assert same(by_workers(pool, items, 0), by_threads(items, 0))
    assert not pool.wait(60)
    assert not pool.usable
    pool.close()


def test_workers_that_cannot_share_memory_are_given_up(items, booted):
    booted(
        "from core.shared import SharedFile\nSharedFile.write = lambda *_: (_ for _ in ()).throw(OSError('no room'))"
    )
    pool = started(1)
    assert same(by_workers(pool, items, 0), by_threads(items, 0))
    assert "no room" in pool.trouble
    assert not pool.usable
    pool.close()


def test_while_workers_start_nobody_waits_for_them(items, booted):
    booted("import time; time.sleep(3600)")
    pool = WorkerPool(2)
    assert same(by_workers(pool, items, 0), by_threads(items, 0))
    assert not pool.ready
    pool.close()


def test_a_pool_without_workers_makes_the_same_views(items):
    pool = WorkerPool(0)
    assert not pool.usable
    assert same(by_workers(pool, items, 0), by_threads(items, 0))


def test_closing_a_pool_ends_what_it_was_about_to_make(items):
    pool = started(1)
    made = ViewStream(pool, views_of(items), chunked(list(items) * 4, 7), 0)
    first = next(made).images.copy()
    pool.close()
    assert same([first, *(batch.images.copy() for batch in made)], by_threads(list(items) * 4, 0))


def shared_by(process):
    """How many files a process has open that others read or write."""
    found = 0
    for name in os.listdir(f"/proc/{process}/fd"):
        with suppress(FileNotFoundError):
            found += "graft" in os.readlink(f"/proc/{process}/fd/{name}")
    return found


def test_memory_and_files_are_given_back(pool, items):
    gc.collect()
    before = shared_by(os.getpid())
    for number in range(4):
        made = ViewStream(pool, views_of(items), chunked(items, 3), number)
        next(made)
        assert shared_by(os.getpid()) > before
        assert sum(map(shared_by, pool.processes)) > 0
        made.close()
    del made
    gc.collect()
    until(lambda: shared_by(os.getpid()) == before)  # once the workers have let go of them
    assert sum(map(shared_by, pool.processes)) == 0


def test_files_with_names_do_where_there_are_no_others(items, tmp_path, monkeypatch):
    unlink, mapped = os.unlink, []
    maps = Path("/proc/self/maps")
    monkeypatch.setattr(shared.os, "unlink", lambda path: mapped.append(path in maps.read_text()) or unlink(path))
    monkeypatch.setattr(shared, "BY_NUMBER", False)
    monkeypatch.setattr(shared.tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    pool = started(1)
    made = ViewStream(pool, views_of(items), chunked(items, 7), 0)
    first = next(made).images.copy()
    assert len(list((tmp_path / "temporary").iterdir())) == 2
    assert same([first, *(batch.images.copy() for batch in made)], by_threads(items, 0))
    del made
    until(lambda: not list((tmp_path / "temporary").iterdir()))
    assert mapped == [False, False]  # Windows removes nothing that is mapped
    pool.close()


def test_batches_ahead_fit_into_the_memory_that_is_set_aside(monkeypatch):
    view = 3 * 224 * 224
    assert module._batches_ahead(WorkerPool(15), 64, view) == 10  # two, and 30 units of which a batch has four
    assert module._batches_ahead(WorkerPool(1), 64, view) == 3
    monkeypatch.setattr(module, "ROOM_BYTES", 4 * 64 * view)
    assert module._batches_ahead(WorkerPool(15), 64, view) == 4
    assert module._batches_ahead(WorkerPool(15), 640, view) == 2
