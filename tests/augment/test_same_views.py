"""What a preview shows is what training sees, with any number of threads."""

from functools import partial
from multiprocessing.pool import ThreadPool

import numpy as np
import pytest

from core.augment.catalogue import TRANSFORMS
from core.augment.steps import default_step
from core.data.geometry import Geometry
from core.data.sources import load_dataset
from core.experiment import PipelineSpec
from core.features import batches as module
from core.features.batches import Pictures, batches, chunked

GEOMETRY = Geometry(32, 36)


@pytest.fixture(scope="module")
def items(tmp_path_factory):
    from tests.conftest import make_images

    folder = tmp_path_factory.mktemp("images")
    return load_dataset(str(make_images(folder / "images", per_class=4)), folder / "workspace").items


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_view_is_the_same_with_0_1_and_4_threads(name, items, monkeypatch):
    spec = PipelineSpec(steps=(default_step(name).model_copy(update={"p": 1.0}), default_step("ColorJitter")))

    def pictures():
        return Pictures(spec, GEOMETRY, 5, references=items)

    alone = pictures()
    expected = np.stack([alone.view(item, 2) for item in items])
    for threads in (1, 4):
        monkeypatch.setattr(module, "workers", lambda threads=threads: threads)
        shown = pictures()
        found = np.concatenate([one.pictures for one in batches(chunked(items, 3), partial(shown.view, number=2))])
        assert np.array_equal(found, expected)


def test_batches_is_what_starts_the_threads(items, monkeypatch):
    counts = []
    monkeypatch.setattr(module, "workers", lambda: 4)
    monkeypatch.setattr(module, "ThreadPool", lambda count: counts.append(count) or ThreadPool(count))
    plain = Pictures(PipelineSpec(), GEOMETRY, 0)
    assert len(list(batches(chunked(items, 3), plain.plain))) == 3
    assert counts == [4]
