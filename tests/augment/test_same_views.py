"""What a preview shows is what training sees, with any number of threads."""

from functools import partial
from multiprocessing.pool import ThreadPool
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core.augment.catalogue import TRANSFORMS
from core.augment.steps import default_step
from core.data.geometry import Geometry
from core.data.sources import load_dataset
from core.experiment import PipelineSpec
from core.features import batches as module
from core.features.batches import ImageViews, batches, chunked

GEOMETRY = Geometry(32, 36)


@pytest.fixture(scope="module")
def items(tmp_path_factory):
    from tests.conftest import make_images

    folder = tmp_path_factory.mktemp("images")
    return load_dataset(str(make_images(folder / "images", per_class=4)), folder / "workspace").items


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_view_is_the_same_with_0_1_and_4_threads(name, items, monkeypatch):
    spec = PipelineSpec(steps=(default_step(name).model_copy(update={"p": 1.0}), default_step("ColorJitter")))

    def images():
        return ImageViews(spec, GEOMETRY, 5, references=items)

    alone = images()
    expected = np.stack([alone.view(item, 2) for item in items])
    for threads, ahead in ((1, 1), (4, 1), (4, 3)):
        monkeypatch.setattr(module, "workers", lambda threads=threads: threads)
        shown = images()
        made = batches(chunked(items, 3), partial(shown.sample, number=2), ahead)
        found = np.concatenate([one.images for one in made])
        assert np.array_equal(found, expected)


def test_batches_is_what_starts_the_threads(items, monkeypatch):
    counts = []
    monkeypatch.setattr(module, "workers", lambda: 4)
    monkeypatch.setattr(module, "ThreadPool", lambda count: counts.append(count) or ThreadPool(count))
    plain = ImageViews(PipelineSpec(), GEOMETRY, 0)
    assert len(list(batches(chunked(items, 3), partial(plain.sample, number=None), ahead=1))) == 3
    assert counts == [4]


class AtOnce:
    """A pool that works when it is asked to."""

    def __init__(self, count):
        assert count

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def apply_async(self, work, given):
        result = work(*given)
        return SimpleNamespace(get=lambda: result)


@pytest.mark.parametrize(("device", "made"), [("cpu", 1), ("cuda", 3)])
def test_views_are_made_beside_an_accelerator_but_not_beside_a_processor(device, made, items, monkeypatch):
    asked = []
    plain = ImageViews(PipelineSpec(), GEOMETRY, 0)
    monkeypatch.setattr(module, "ThreadPool", AtOnce)
    found = batches(
        chunked(items, 1),
        lambda item: asked.append(item) or plain.sample(item, None),
        module.ahead(torch.device(device)),
    )
    next(found)
    assert asked == list(items[:made])
    next(found)
    assert asked == list(items[: made + 1])
